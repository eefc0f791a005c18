// The name of a request, for people who look for it: the same in log lines, in problem documents (the
// member `requestId`) and in the field X-Request-Id. It is made only when somebody wants to know it, from
// numbers that are there anyway.
//
// Pure, but for the random part, which is made once in a process.

import Settings

enum RequestID {
    /// Tells the requests of this process from those of all others, before and after it.
    private static let processPart = text(
        UInt64.random(in: 0..<1 << 40), count: 8)

    /// The name of request `number` of a connection.
    static func own(connectionID: UInt64, number: UInt32) -> String {
        "\(processPart)-\(String(connectionID, radix: 36))-\(String(number, radix: 36))"
    }

    /// A name that somebody else has given, if it is one that can stand in every log: up to
    /// `Limits.requestIDBytes` letters, digits and a few marks that need no quotes.
    static func given(_ name: Span<UInt8>) -> String? {
        guard (1...Limits.requestIDBytes).contains(name.count) else { return nil }
        var text = ""
        for index in name.indices {
            switch name[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "="),
                UInt8(ascii: "+"):
                text.unicodeScalars.append(Unicode.Scalar(name[index]))
            default: return nil
            }
        }
        return text
    }

    private static func text(_ number: UInt64, count: Int) -> String {
        let digits = String(number, radix: 36)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}

extension Exchange {
    /// The name of this request. That of a trusted proxy is taken over, if it is well formed.
    package var requestID: String {
        let given =
            isOfProxy ? request.withHeader("x-request-id") { RequestID.given($0) } : nil
        return (given ?? nil)
            ?? RequestID.own(connectionID: request.connectionID, number: requestNumber)
    }
}
