// Where requests begin in a peer's bytes.

import Testing

@testable import HTTP

struct FrameScannerTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private static func frame(type: UInt8, payload: Int) -> [UInt8] {
        let length = [UInt8(payload >> 16), UInt8(payload >> 8 & 0xFF), UInt8(payload & 0xFF)]
        return length + [type, 4, 0, 0, 0, 1] + [UInt8](repeating: 1, count: payload)
    }

    private static let headers = frame(type: 1, payload: 20)
    private static let data = frame(type: 0, payload: 300)
    private static let settings = frame(type: 4, payload: 0)

    private func extent(
        _ scanner: inout FrameScanner, _ bytes: [UInt8], requests: Int
    ) -> Int {
        unsafe bytes.withUnsafeBytes { unsafe scanner.extent(of: $0, requests: requests) }
    }

    @Test("it stops behind the frame with the last request that is allowed")
    func stops() {
        var scanner = FrameScanner()
        let few = Self.preface + Self.settings + Self.headers + Self.data + Self.headers
        #expect(extent(&scanner, few + Self.headers + Self.data, requests: 2) == few.count)
        #expect(extent(&scanner, Self.headers + Self.data, requests: 2) == 29 + 309)
    }

    @Test("a header section without a payload counts like any other")
    func empty() {
        var scanner = FrameScanner()
        let empty = Self.frame(type: 1, payload: 0)
        let bytes = Self.preface + empty + empty
        #expect(extent(&scanner, bytes, requests: 1) == Self.preface.count + 9)
    }

    @Test("bytes of a payload are not taken for frames")
    func payloads() {
        var scanner = FrameScanner()
        let bytes = Self.preface + Self.frame(type: 0, payload: 70_000)
        #expect(extent(&scanner, bytes, requests: 1) == bytes.count)
    }

    @Test(
        "however the bytes are cut, only one that began in the piece before is added",
        arguments: 1...40)
    func cuts(pieceBytes: Int) {
        var bytes = Self.preface + Self.settings
        var ends: [Int] = []
        for round in 0..<10 {
            bytes += Self.headers
            ends.append(bytes.count)
            if round % 2 == 0 { bytes += Self.data }
        }
        var scanner = FrameScanner()
        var position = 0
        while position < bytes.count {
            let piece = Array(bytes[position..<min(position + pieceBytes, bytes.count)])
            let next = position + extent(&scanner, piece, requests: 1)
            let complete = ends.count { $0 > position && $0 <= next }
            #expect(next > position && complete <= 2)
            position = next
        }
    }
}
