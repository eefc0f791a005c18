// Documents to bytes (BSON 1.1). Pure.

extension BSONDocument {
    /// In the form of MongoDB's protocol. No name may contain a NUL: names here are Weir's own, or were
    /// read from a document.
    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return bytes
    }

    fileprivate func write(into bytes: inout [UInt8]) {
        BSONWriter.lengthPrefixed(into: &bytes) { bytes in
            for field in fields {
                BSONWriter.write(field.value, named: field.name, into: &bytes)
            }
            bytes.append(0)
        }
    }
}

private enum BSONWriter {
    static func write(_ value: BSONValue, named name: String, into bytes: inout [UInt8]) {
        bytes.append(value.type)
        bytes.append(contentsOf: name.utf8)
        bytes.append(0)
        switch value {
        case .double(let number): append(number.bitPattern, to: &bytes)
        case .string(let text): append(text, to: &bytes)
        case .document(let document): document.write(into: &bytes)
        case .array(let values): array(values).write(into: &bytes)
        case .binary(let content):
            append(UInt32(content.count), to: &bytes)
            bytes.append(BSONType.genericSubtype)
            bytes.append(contentsOf: content)
        case .objectID(let id): bytes.append(contentsOf: id)
        case .bool(let flag): bytes.append(flag ? 1 : 0)
        case .date(let ms): append(UInt64(bitPattern: ms), to: &bytes)
        case .null: break
        case .int32(let number): append(UInt32(bitPattern: number), to: &bytes)
        case .int64(let number): append(UInt64(bitPattern: number), to: &bytes)
        case .other(_, let content): bytes.append(contentsOf: content)
        }
    }

    /// The length of a document counts itself.
    static func lengthPrefixed(into bytes: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
        let start = bytes.count
        append(UInt32(0), to: &bytes)
        body(&bytes)
        var length = UInt32(bytes.count - start)
        for index in start..<start + 4 {
            bytes[index] = UInt8(truncatingIfNeeded: length)
            length >>= 8
        }
    }

    /// An array is a document whose names count from 0.
    private static func array(_ values: [BSONValue]) -> BSONDocument {
        var document = BSONDocument()
        for (index, value) in values.enumerated() { document.append(String(index), value) }
        return document
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        append(UInt32(text.utf8.count + 1), to: &bytes)
        bytes.append(contentsOf: text.utf8)
        bytes.append(0)
    }

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}

/// The bytes that name the types of values.
enum BSONType {
    static let double: UInt8 = 0x01
    static let string: UInt8 = 0x02
    static let document: UInt8 = 0x03
    static let array: UInt8 = 0x04
    static let binary: UInt8 = 0x05
    static let undefined: UInt8 = 0x06
    static let objectID: UInt8 = 0x07
    static let bool: UInt8 = 0x08
    static let date: UInt8 = 0x09
    static let null: UInt8 = 0x0A
    static let regularExpression: UInt8 = 0x0B
    static let pointer: UInt8 = 0x0C
    static let code: UInt8 = 0x0D
    static let symbol: UInt8 = 0x0E
    static let codeWithScope: UInt8 = 0x0F
    static let int32: UInt8 = 0x10
    static let timestamp: UInt8 = 0x11
    static let int64: UInt8 = 0x12
    static let decimal: UInt8 = 0x13
    static let largestKey: UInt8 = 0x7F
    static let smallestKey: UInt8 = 0xFF

    /// Binary data of no particular kind.
    static let genericSubtype: UInt8 = 0
}

extension BSONValue {
    fileprivate var type: UInt8 {
        switch self {
        case .double: BSONType.double
        case .string: BSONType.string
        case .document: BSONType.document
        case .array: BSONType.array
        case .binary: BSONType.binary
        case .objectID: BSONType.objectID
        case .bool: BSONType.bool
        case .date: BSONType.date
        case .null: BSONType.null
        case .int32: BSONType.int32
        case .int64: BSONType.int64
        case .other(let type, _): type
        }
    }
}
