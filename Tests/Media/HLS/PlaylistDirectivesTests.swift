// Directives in queries.

import Testing

@testable import Media

private func read(_ query: String) throws -> PlaylistDirectives {
    try PlaylistDirectives(query: Array(query.utf8).span)
}

@Suite("Directives")
struct PlaylistDirectivesTests {
    @Test(
        "directives are found in any order, between whatever else there is",
        arguments: [
            ("", nil, nil, false), ("_HLS_msn=12", 12, nil, false),
            ("_HLS_msn=12&_HLS_part=3", 12, 3, false), ("_HLS_part=3&_HLS_msn=12", 12, 3, false),
            ("_HLS_skip=YES", nil, nil, true), ("_HLS_skip=v2&_HLS_msn=0", 0, nil, true),
            ("a=1&_HLS_msn=12&b&&c=_HLS_part=3&_HLS_part=0&token=%3D", 12, 0, false),
            ("_HLS_msn=0012", 12, nil, false),
            ("_HLS_msnx=5&x_HLS_msn=5&_hls_msn=5", nil, nil, false),
            ("%5FHLS_msn=5", nil, nil, false), ("a=1&a=2&_HLS_x=1&_HLS_x=1", nil, nil, false),
            ("_HLS_msn=9999999999999999999", 9_999_999_999_999_999_999, nil, false),
        ] as [(String, UInt64?, UInt64?, Bool)])
    func found(query: String, segment: UInt64?, part: UInt64?, skips: Bool) throws {
        let directives = try read(query)
        #expect(directives.segment == segment)
        #expect(directives.part == part)
        #expect(directives.skips == skips)
    }

    @Test(
        "a directive that cannot be understood is refused",
        arguments: [
            ("_HLS_msn", .notNumber), ("_HLS_msn=", .notNumber), ("_HLS_msn=-1", .notNumber),
            ("_HLS_msn=+1", .notNumber), ("_HLS_msn=1.0", .notNumber), ("_HLS_msn=1 ", .notNumber),
            ("_HLS_msn=%31", .notNumber), ("_HLS_msn=0x1", .notNumber),
            ("_HLS_msn=18446744073709551616", .notNumber), ("_HLS_msn=1&_HLS_part=a", .notNumber),
            ("_HLS_msn=\u{661}", .notNumber), ("_HLS_msn=1&_HLS_msn=1", .repeated),
            ("_HLS_msn=1&_HLS_part=1&_HLS_part=2", .repeated),
            ("_HLS_skip=YES&_HLS_skip=YES", .repeated), ("_HLS_skip=yes", .unknownSkip),
            ("_HLS_skip", .unknownSkip), ("_HLS_skip=", .unknownSkip),
            ("_HLS_skip=YESS", .unknownSkip),
        ] as [(String, PlaylistDirectives.Malformed)])
    func refused(query: String, error: PlaylistDirectives.Malformed) {
        #expect(throws: error) { try read(query) }
    }

    @Test("T15: a part without a segment is refused")
    func partAlone() {
        #expect(throws: PlaylistDirectives.Malformed.partWithoutSegment) { try read("_HLS_part=1") }
    }
}
