// The values of MongoDB's documents (BSON 1.1) as Swift has them. Reading and writing them here,
// rather than through libbson, keeps what a server sends in bounds-checked memory: C is given bytes
// and gives bytes, and nothing else.

/// A value of a document.
enum BSONValue: Equatable, Sendable {
    case double(Double)
    case string(String)
    case document(BSONDocument)
    case array([BSONValue])
    case binary([UInt8])
    /// 12 bytes.
    case objectID([UInt8])
    case bool(Bool)
    /// Milliseconds since 1970; negative before.
    case date(Int64)
    case null
    case int32(Int32)
    case int64(Int64)
    /// A value that Weir has no use for, kept as it is for other writers.
    case other(type: UInt8, bytes: [UInt8])
}

/// Fields in their order. Other writers may repeat a name; the first one counts.
struct BSONDocument: Equatable, Sendable, ExpressibleByDictionaryLiteral {
    private(set) var fields: [(name: String, value: BSONValue)]

    init() { fields = [] }

    init(dictionaryLiteral elements: (String, BSONValue)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    static func == (one: BSONDocument, other: BSONDocument) -> Bool {
        one.fields.elementsEqual(other.fields) { $0.name == $1.name && $0.value == $1.value }
    }

    subscript(name: String) -> BSONValue? { fields.first { $0.name == name }?.value }

    mutating func append(_ name: String, _ value: BSONValue) {
        fields.append((name: name, value: value))
    }
}

extension BSONValue {
    /// A time or a count; a larger value is cut to the largest possible.
    static func date(_ ms: UInt64) -> BSONValue { .date(Int64(clamping: ms)) }
    static func count(_ number: UInt64) -> BSONValue { .int64(Int64(clamping: number)) }

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var document: BSONDocument? { if case .document(let fields) = self { fields } else { nil } }
    var array: [BSONValue]? { if case .array(let values) = self { values } else { nil } }
    var binary: [UInt8]? { if case .binary(let bytes) = self { bytes } else { nil } }
    var objectID: [UInt8]? { if case .objectID(let bytes) = self { bytes } else { nil } }

    /// True, or a number that is not zero: servers and other clients write either.
    var isTrue: Bool {
        if case .bool(let flag) = self { flag } else { integer.map { $0 != 0 } ?? false }
    }

    /// A whole number, however it is stored.
    var integer: Int64? {
        switch self {
        case .int32(let number): Int64(number)
        case .int64(let number): number
        case .double(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// A number that is not negative.
    var unsigned: UInt64? { integer.flatMap { UInt64(exactly: $0) } }

    /// Milliseconds since 1970; an earlier time counts as 1970.
    var dateMs: UInt64? { if case .date(let ms) = self { UInt64(max(0, ms)) } else { nil } }
}
