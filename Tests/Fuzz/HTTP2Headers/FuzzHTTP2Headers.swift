// Fuzzes what becomes of the fields of an HTTP/2 header section, as the library hands them over: hostile
// fields must not trap, limits hold, a host is taken exactly when HTTP/1.1 takes it, and what is taken
// means the same there.
//
// An input is lines of NAME=VALUE; a name may begin with a colon.
//
// Run it with the directory of the corpus:
//   FuzzHTTP2Headers Tests/Fuzz/HTTP2Headers/Corpus -dict=Tests/Fuzz/HTTP2Headers/headers.dict

import FuzzDriver
import LinuxIO

@testable import HTTP

@main
enum FuzzHTTP2Headers {
    static func main() { fuzz(check) }
}

/// Small limits, so that inputs of a usable size reach them.
private let limits: HTTPLimits = {
    var limits = HTTPLimits()
    limits.headerBytes = 200
    limits.headerFields = 8
    limits.targetBytes = 40
    return limits
}()

private let pseudoNames = [":method", ":scheme", ":authority", ":path"].map { Array($0.utf8) }

private func check(_ bytes: [UInt8]) {
    let headers = IncomingHeaders(sinceMs: 0, limits: limits)
    var isBehindFields = false
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
        let parts = line.split(
            separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let name = Array(parts[0])
        let value = parts.count > 1 ? Array(parts[1]) : []
        // The library refuses others, and those that come late (RFC 9113, section 8.3).
        let isPseudo = name.first == UInt8(ascii: ":")
        if isPseudo, isBehindFields || !pseudoNames.contains(name) { continue }
        isBehindFields = isBehindFields || !isPseudo
        let isHost = name == Array("host".utf8) || name == Array(":authority".utf8)
        if isHost { checkHost(value) }
        guard headers.append(name: name.span, value: value.span) else { return }
    }
    precondition(headers.block.contentBytes <= limits.headerBytes, "what is over is not kept")
    precondition(headers.block.fieldCount <= limits.headerFields, "what is over is not kept")
    let problem = headers.problem
    let request = Request(
        block: headers.block, hasBody: true, peer: PeerAddress(bytes: [127, 0, 0, 1]),
        connectionID: 1)
    let texts = [request.method, request.scheme, request.target, request.header("cookie") ?? ""]
    precondition(texts.allSatisfy { $0.utf8.count <= 4 * bytes.count }, "nothing is made up")
    precondition(request.headers.count <= headers.block.fieldCount, "nothing is made up")
    if problem == nil {
        precondition(hostOfHTTP1(Array(request.authority.utf8)) == request.authority)
    }
}

/// One field alone says the same in both protocols.
private func checkHost(_ value: [UInt8]) {
    let first = value.first ?? 0
    let last = value.last ?? 0
    // There, white space around a value is not part of it, and these end the line.
    guard !HTTP1Character.isWhiteSpace(first), !HTTP1Character.isWhiteSpace(last),
        !value.contains(HTTP1Character.carriageReturn), value.count < 200
    else { return }
    let isTaken = hostOfHTTP1(value) != nil
    precondition(Authority.isValid(value.span) == isTaken, "both protocols have one rule")
    if Authority.isAddress(String(decoding: value, as: UTF8.self)) {
        precondition(isTaken, "an address is a host")
    }
}

private func hostOfHTTP1(_ host: [UInt8]) -> String? {
    var parser = HTTP1Parser(limits: HTTPLimits())
    let bytes = Array("GET / HTTP/1.1\r\nHost: ".utf8) + host + Array("\r\n\r\n".utf8)
    var position = 0
    guard case .head(let head) = parser.next(in: bytes.span, from: &position) else { return nil }
    return head.block.text(head.block.authority)
}
