// Fuzzes the HTTP/1.1 parser: hostile bytes must not trap, what comes out must not depend on how they
// are cut, and a head that is accepted means the same when it is said again in plain words.
//
// The last byte of an input chooses the cuts, and with its highest bit a connection without TLS; the
// rest is what the client sends.
//
// Run it with the directory of the corpus:
//   FuzzHTTP1 Tests/Fuzz/HTTP1/Corpus -dict=Tests/Fuzz/HTTP1/http1.dict -max_total_time=30

import FuzzDriver

@testable import HTTP

@main
enum FuzzHTTP1 {
    static func main() { fuzz(check) }
}

private func check(_ bytes: [UInt8]) {
    guard let choice = bytes.last else { return }
    let input = bytes.dropLast()
    let isSecure = choice & 0x80 == 0
    let whole = Run([input], isSecure: isSecure)
    let cut = Run(pieces(of: input, choice: choice & 0x7F), isSecure: isSecure)
    precondition(whole.hasSameResult(as: cut), "the cuts change the result")
    for message in whole.messages { message.checkRestatement(isSecure: isSecure) }
}

/// Small limits, so that inputs of a usable size reach them.
private let limits: HTTPLimits = {
    var limits = HTTPLimits()
    limits.headerBytes = 400
    limits.headerFields = 12
    limits.targetBytes = 60
    limits.methodBytes = 12
    limits.chunkExtensionBytes = 12
    limits.trailerBytes = 60
    limits.trailerFields = 3
    return limits
}()

/// Pieces of 1 to 64 bytes, in a pattern that `choice` decides.
private func pieces(of input: ArraySlice<UInt8>, choice: UInt8) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var state = UInt32(choice) &* 2_654_435_761 | 1
    var rest = input
    while !rest.isEmpty {
        state = state &* 1_664_525 &+ 1_013_904_223
        let length = Int(state >> 24) % (choice < 8 ? Int(choice) + 1 : 64) + 1
        pieces.append(rest.prefix(length))
        rest = rest.dropFirst(length)
    }
    return pieces
}

/// One request as it came out.
private struct Message {
    let head: HTTP1Head
    var body: [UInt8] = []
    /// Where it ended in the input.
    var end: Int?

    /// All of the head in one text; every difference that anybody could see is a difference in it.
    var text: String {
        "\(head.version) \(head.framing) \(head.persists) \(head.expectsContinue)\n"
            + "\(block(head.block.method)) \(block(head.block.scheme)) "
            + "\(block(head.block.authority)) \(block(head.block.path))\n" + fields
    }

    private var fields: String {
        var fields = ""
        head.block.forEachField { name, value in
            fields += block(name) + ": " + block(value) + "\r\n"
            return true
        }
        return fields
    }

    /// Bytes that are not UTF-8 are replaced, which the restatement then repeats.
    private func block(_ range: Range<Int>) -> String {
        head.block.text(range)
    }

    /// What was understood, said in the simplest words, is understood the same way.
    func checkRestatement(isSecure: Bool) {
        let path = block(head.block.path)
        let authority = block(head.block.authority)
        let scheme = block(head.block.scheme)
        var said = block(head.block.method) + " "
        let isAbsolute = scheme != (isSecure ? "https" : "http")
        if isAbsolute { said += scheme + "://" + authority }
        if !isAbsolute || path != "*" { said += path }
        said += head.version == .v11 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n"
        if !authority.isEmpty { said += "Host: " + authority + "\r\n" }
        if head.framing == .chunked { said += "Transfer-Encoding: chunked\r\n" }
        said += head.persists ? "Connection: keep-alive\r\n" : "Connection: close\r\n"
        said += fields + "\r\n"
        let again = Run(
            [Array(said.utf8)[...]], isSecure: isSecure,
            limits: HTTPLimits())
        precondition(again.failure == nil && again.messages.count == 1, "what was taken is taken")
        precondition(again.messages[0].text == text, "what was understood is understood again")
    }
}

/// One parser's way through an input.
private struct Run {
    private(set) var messages: [Message] = []
    private(set) var failure: HTTP1Failure?
    private var isInsideHead = false

    init(
        _ pieces: [ArraySlice<UInt8>], isSecure: Bool, limits: HTTPLimits = limits
    ) {
        var parser = HTTP1Parser(limits: limits, isSecure: isSecure)
        var consumed = 0
        for piece in pieces where failure == nil {
            let bytes = Array(piece)
            var position = 0
            while true {
                let before = position
                let event = parser.next(in: bytes.span, from: &position)
                precondition(before <= position && position <= bytes.count)
                guard take(event, bytes, before..<position, at: consumed) else { break }
            }
            consumed += position
            precondition(failure != nil || position == bytes.count)
        }
        isInsideHead = parser.isInsideHead
        if let failure { Self.check(&parser, isOver: failure) }
    }

    private mutating func take(
        _ event: HTTP1Parser.Event, _ bytes: [UInt8], _ read: Range<Int>, at consumed: Int
    ) -> Bool {
        switch event {
        case .needsMore:
            return false
        case .head(let head):
            precondition(messages.last.map { $0.end != nil } ?? true)
            messages.append(Message(head: head))
        case .body(let range):
            precondition(!range.isEmpty && range.upperBound == read.upperBound)
            precondition(range.lowerBound >= read.lowerBound)
            messages[messages.count - 1].body += bytes[range]
        case .end:
            precondition(messages.last?.end == nil)
            messages[messages.count - 1].end = consumed + read.upperBound
        case .failure(let failure):
            self.failure = failure
            return false
        }
        return true
    }

    /// After a failure nothing is read any more.
    private static func check(_ parser: inout HTTP1Parser, isOver failure: HTTP1Failure) {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var position = 0
        guard case .failure(failure) = parser.next(in: bytes.span, from: &position), position == 0,
            !parser.isInsideHead
        else { preconditionFailure("a failure is final") }
    }

    func hasSameResult(as other: Run) -> Bool {
        failure == other.failure && isInsideHead == other.isInsideHead
            && messages.elementsEqual(other.messages) { first, second in
                first.text == second.text && first.body == second.body && first.end == second.end
            }
    }
}
