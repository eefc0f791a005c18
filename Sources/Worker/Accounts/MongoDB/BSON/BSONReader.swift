// Bytes to documents (BSON 1.1). Pure. The bytes come from a server, or from anyone who can write to it,
// so every length is checked, and nesting is bounded.

struct BSONMalformed: Error {}

extension BSONDocument {
    init(decoding bytes: some Collection<UInt8>) throws(BSONMalformed) {
        var reader = BSONReader(Array(bytes))
        self = try reader.document(depth: 0)
        guard reader.isAtEnd else { throw BSONMalformed() }
    }
}

private struct BSONReader {
    /// MongoDB allows 100 levels in what it stores; a reply adds a few around it.
    private static let deepest = 120

    private let bytes: [UInt8]
    private var position = 0
    /// Where the innermost document ends.
    private var end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        end = bytes.count
    }

    var isAtEnd: Bool { position == end }

    mutating func document(depth: Int) throws(BSONMalformed) -> BSONDocument {
        var document = BSONDocument()
        try fields(depth: depth) { name, value in document.append(name, value) }
        return document
    }

    private mutating func array(depth: Int) throws(BSONMalformed) -> [BSONValue] {
        var values: [BSONValue] = []
        try fields(depth: depth) { _, value in values.append(value) }
        return values
    }

    private mutating func fields(
        depth: Int, _ take: (String, BSONValue) -> Void
    ) throws(BSONMalformed) {
        guard depth < Self.deepest else { throw BSONMalformed() }
        let start = position
        let length = Int(try integer(UInt32.self))
        let outer = end
        // The smallest document is its length and its final NUL.
        guard length >= 5, length <= outer - start else { throw BSONMalformed() }
        end = start + length
        while true {
            let type = try byte()
            if type == 0 { break }
            let name = try terminated()
            take(name, try value(of: type, depth: depth))
        }
        guard position == end else { throw BSONMalformed() }
        end = outer
    }

    private mutating func value(of type: UInt8, depth: Int) throws(BSONMalformed) -> BSONValue {
        switch type {
        case BSONType.double: .double(Double(bitPattern: try integer(UInt64.self)))
        case BSONType.string: .string(try string())
        case BSONType.document: .document(try document(depth: depth + 1))
        case BSONType.array: .array(try array(depth: depth + 1))
        case BSONType.binary: try binary()
        case BSONType.objectID: .objectID(Array(try take(UserID.byteCount)))
        case BSONType.bool: .bool(try byte() != 0)
        case BSONType.date: .date(Int64(bitPattern: try integer(UInt64.self)))
        case BSONType.null: .null
        case BSONType.int32: .int32(Int32(bitPattern: try integer(UInt32.self)))
        case BSONType.int64: .int64(Int64(bitPattern: try integer(UInt64.self)))
        default: try other(type)
        }
    }

    private mutating func binary() throws(BSONMalformed) -> BSONValue {
        let start = position
        let length = Int(try integer(UInt32.self))
        let subtype = try byte()
        let content = Array(try take(length))
        if subtype == BSONType.genericSubtype { return .binary(content) }
        return .other(type: BSONType.binary, bytes: Array(bytes[start..<position]))
    }

    private mutating func other(_ type: UInt8) throws(BSONMalformed) -> BSONValue {
        let start = position
        switch type {
        case BSONType.undefined, BSONType.smallestKey, BSONType.largestKey: break
        case BSONType.regularExpression:
            _ = try terminated()
            _ = try terminated()
        case BSONType.code, BSONType.symbol: _ = try string()
        case BSONType.pointer:
            _ = try string()
            _ = try take(UserID.byteCount)
        case BSONType.codeWithScope:
            let length = Int(try integer(UInt32.self))
            guard length >= 4 else { throw BSONMalformed() }
            _ = try take(length - 4)
        case BSONType.timestamp: _ = try take(8)
        case BSONType.decimal: _ = try take(16)
        default: throw BSONMalformed()
        }
        return .other(type: type, bytes: Array(bytes[start..<position]))
    }

    /// Repairs what is not UTF-8: another writer's name or text must not make a document unreadable.
    private mutating func string() throws(BSONMalformed) -> String {
        let length = Int(try integer(UInt32.self))
        guard length >= 1 else { throw BSONMalformed() }
        let content = try take(length)
        guard content.last == 0 else { throw BSONMalformed() }
        return String(decoding: content.dropLast(), as: UTF8.self)
    }

    private mutating func terminated() throws(BSONMalformed) -> String {
        guard let zero = bytes[position..<end].firstIndex(of: 0) else { throw BSONMalformed() }
        let content = bytes[position..<zero]
        position = zero + 1
        return String(decoding: content, as: UTF8.self)
    }

    private mutating func byte() throws(BSONMalformed) -> UInt8 {
        guard position < end else { throw BSONMalformed() }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func take(_ count: Int) throws(BSONMalformed) -> ArraySlice<UInt8> {
        guard count <= end - position else { throw BSONMalformed() }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private mutating func integer<Number: FixedWidthInteger>(
        _: Number.Type
    ) throws(BSONMalformed) -> Number {
        let content = try take(Number.bitWidth / 8)
        return content.reversed().reduce(0) { $0 << 8 | Number($1) }
    }
}
