// Documents to bytes and back, and bytes that are none.

import Testing

@testable import Accounts

@Suite struct MongoBSONTests {
    private static let everything: BSONDocument = [
        "double": .double(-1.5), "string": .string("Gruß \u{1F600}"), "empty": .string(""),
        "document": .document(["a": .document(["b": .null])]),
        "array": .array([.int32(-1), .string("x"), .array([])]), "binary": .binary([0, 255]),
        "id": .objectID(Array(1...12)), "yes": .bool(true), "no": .bool(false),
        "date": .date(Int64(-5)), "null": .null, "int32": .int32(.min), "int64": .int64(.max),
        "undefined": .other(type: BSONType.undefined, bytes: []),
        "pattern": .other(type: BSONType.regularExpression, bytes: [65, 0, 0]),
        "code": .other(type: BSONType.code, bytes: [2, 0, 0, 0, 65, 0]),
        "scope": .other(
            type: BSONType.codeWithScope,
            bytes: [15, 0, 0, 0, 2, 0, 0, 0, 65, 0, 5, 0, 0, 0, 0]),
        "pointer": .other(
            type: BSONType.pointer, bytes: [2, 0, 0, 0, 65, 0] + Array(repeating: 1, count: 12)),
        "timestamp": .other(type: BSONType.timestamp, bytes: Array(1...8)),
        "decimal": .other(type: BSONType.decimal, bytes: Array(1...16)),
        "uuid": .other(
            type: BSONType.binary, bytes: [16, 0, 0, 0, 4] + Array(repeating: 9, count: 16)),
        "least": .other(type: BSONType.smallestKey, bytes: []),
        "most": .other(type: BSONType.largestKey, bytes: []),
    ]

    @Test("every type comes back as it was")
    func roundTrip() throws {
        #expect(try BSONDocument(decoding: Self.everything.encoded()) == Self.everything)
        #expect(try BSONDocument(decoding: BSONDocument().encoded()) == [:])
    }

    @Test("the bytes are those of the specification")
    func bytes() {
        let document: BSONDocument = ["hello": .string("world")]
        #expect(
            document.encoded() == [22, 0, 0, 0, 2] + "hello\0".utf8 + [6, 0, 0, 0] + "world\0".utf8
                + [0])
    }

    @Test("nothing that is cut or longer is a document")
    func cut() {
        let bytes = Self.everything.encoded()
        for length in 0..<bytes.count {
            #expect(throws: BSONMalformed.self) { try BSONDocument(decoding: bytes[..<length]) }
        }
        #expect(throws: BSONMalformed.self) { try BSONDocument(decoding: bytes + [0]) }
    }

    @Test("bytes that were changed are read or refused, and never trap")
    func changed() {
        let bytes = Self.everything.encoded()
        for index in bytes.indices {
            for value: UInt8 in [0, 1, 3, 4, 0x7F, 0x80, 0xFF] {
                var changed = bytes
                changed[index] = value
                if let document = try? BSONDocument(decoding: changed) {
                    _ = document.encoded()
                }
            }
        }
    }

    @Test("nesting has an end")
    func nesting() {
        var deep: BSONDocument = [:]
        for _ in 0..<100 { deep = ["a": .document(deep)] }
        #expect(throws: Never.self) { try BSONDocument(decoding: deep.encoded()) }
        for _ in 0..<1_000 { deep = ["a": .array([.document(deep)])] }
        #expect(throws: BSONMalformed.self) { try BSONDocument(decoding: deep.encoded()) }
    }
}
