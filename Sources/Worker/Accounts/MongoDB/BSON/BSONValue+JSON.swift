// What the API has as JSON, as documents have it.

import Text

extension BSONValue {
    init(_ json: JSONValue) {
        self =
            switch json {
            case .null: .null
            case .boolean(let flag): .bool(flag)
            case .integer(let number): .int64(number)
            case .string(let text): .string(text)
            case .array(let values): .array(values.map(BSONValue.init))
            case .object(let members): .document(BSONDocument(members))
            }
    }

    /// Nil for a value that JSON, as Weir writes it, does not have.
    var json: JSONValue? {
        switch self {
        case .null: .null
        case .bool(let flag): .boolean(flag)
        case .string(let text): .string(text)
        case .array(let values): .array(values.compactMap(\.json))
        case .document(let document):
            .object(
                document.fields.compactMap { field in
                    field.value.json.map { JSONMember(field.name, $0) }
                })
        default: integer.map { .integer($0) }
        }
    }
}

extension BSONDocument {
    fileprivate init(_ members: [JSONMember]) {
        self.init()
        for member in members { append(member.name, BSONValue(member.value)) }
    }
}
