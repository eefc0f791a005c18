// The header of the PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt), with which a proxy
// that does not look into connections says first of each who has made it. It may arrive in any pieces.
// What cannot become a header any more is refused at the first byte that shows it: a client that comes
// straight, with TLS or with HTTP, is noticed at once.
//
// Pure. Bounded: a line of version 1 by `Limits.proxyLineBytes`, a header of version 2 by
// `Limits.proxyHeaderBytes`; the bytes behind it are left where they are.

import LinuxIO
import Settings

struct ProxyHeader {
    enum Outcome: Equatable {
        case needsMore
        /// The header is complete. Nil: the proxy speaks for itself (it looks whether we are there), or
        /// does not know the address, or that is none of IP.
        case client(PeerAddress?)
        /// This is no header, or one that contradicts itself.
        case invalid
    }

    /// What has come of it.
    private var bytes: [UInt8] = []

    /// Takes bytes from `position` on, and none behind the end of the header. Do not call it again after
    /// an outcome.
    mutating func take(_ input: Span<UInt8>, from position: inout Int) -> Outcome {
        while position < input.count {
            bytes.append(input[position])
            position += 1
            let outcome =
                switch bytes[0] {
                case Self.linePrefix[0]: lookAtLine()
                case Self.signature[0]: lookAtBlock()
                default: Outcome.invalid
                }
            guard outcome == .needsMore else { return outcome }
        }
        return .needsMore
    }

    // MARK: Version 1: a line of text

    private static let linePrefix = Array("PROXY ".utf8)
    private static let carriageReturn: UInt8 = 13
    private static let lineFeed: UInt8 = 10

    /// Looks at the byte that has come last.
    private func lookAtLine() -> Outcome {
        let last = bytes.count - 1
        if last < Self.linePrefix.count {
            return bytes[last] == Self.linePrefix[last] ? .needsMore : .invalid
        }
        let isBehindReturn = bytes[last - 1] == Self.carriageReturn
        guard isBehindReturn == (bytes[last] == Self.lineFeed) else { return .invalid }
        if isBehindReturn { return Self.read(line: bytes[..<(last - 1)]) }
        return bytes.count < Limits.proxyLineBytes ? .needsMore : .invalid
    }

    private static func read(line: ArraySlice<UInt8>) -> Outcome {
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        let family = words[1]
        // Whatever follows that word means nothing.
        if family.elementsEqual("UNKNOWN".utf8) { return .client(nil) }
        let isIPv6 = family.elementsEqual("TCP6".utf8)
        guard isIPv6 || family.elementsEqual("TCP4".utf8), words.count == 6,
            words[2...3].allSatisfy({ $0.contains(UInt8(ascii: ":")) == isIPv6 }),
            let client = PeerAddress(text: words[2]), PeerAddress(text: words[3]) != nil,
            isPort(words[4]), isPort(words[5])
        else { return .invalid }
        return .client(client)
    }

    /// Digits without a zero in front, up to 65535.
    private static func isPort(_ word: ArraySlice<UInt8>) -> Bool {
        guard (1...5).contains(word.count), word.allSatisfy(HTTP1Character.isDigit),
            word.count == 1 || word.first != UInt8(ascii: "0")
        else { return false }
        return word.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) } <= UInt16.max
    }

    // MARK: Version 2: a block of binary fields

    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
    /// Signature, version and command, family and protocol, length of the rest.
    private static let fixedBytes = 16

    /// Looks at the byte that has come last.
    private func lookAtBlock() -> Outcome {
        let last = bytes.count - 1
        let byte = bytes[last]
        switch last {
        case ..<Self.signature.count:
            return byte == Self.signature[last] ? .needsMore : .invalid
        case Self.signature.count:
            // The version, and one of two commands: LOCAL and PROXY.
            return byte == 0x20 || byte == 0x21 ? .needsMore : .invalid
        case Self.signature.count + 1:
            return byte >> 4 <= 3 && byte & 0xF <= 2 ? .needsMore : .invalid
        case ..<(Self.fixedBytes - 1):
            return .needsMore
        default:
            let totalBytes = Self.fixedBytes + Int(bytes[14]) << 8 + Int(bytes[15])
            let isPossible =
                totalBytes <= Limits.proxyHeaderBytes
                && totalBytes >= Self.fixedBytes + leastBytes
            guard isPossible else { return .invalid }
            return bytes.count < totalBytes ? .needsMore : .client(clientOfBlock)
        }
    }

    private var isLocal: Bool { bytes[12] == 0x20 }

    /// How many bytes the addresses take, with their ports.
    private var leastBytes: Int {
        guard !isLocal, bytes[13] & 0xF != 0 else { return 0 }
        return switch bytes[13] >> 4 {
        case 1: 2 * (4 + 2)
        case 2: 2 * (16 + 2)
        case 3: 2 * 108
        default: 0
        }
    }

    /// What follows the addresses is not looked at.
    private var clientOfBlock: PeerAddress? {
        guard !isLocal else { return nil }
        return switch bytes[13] {
        case 0x11: PeerAddress(bytes: Array(bytes[16..<20]))
        case 0x21: PeerAddress(bytes: Array(bytes[16..<32]))
        // Sockets of UNIX, datagrams, or not said.
        default: nil
        }
    }
}
