// The members of a JSON object (RFC 8259) that are texts: programs send them in place of a form. No
// request to Weir brings any other JSON.

import FoundationEssentials

package enum JSONFields {
    /// Nil when the bytes are not a JSON object. A member that is not a text has the value nil.
    package static func read(_ bytes: [UInt8]) -> [String: String?]? {
        (try? JSONDecoder().decode(Object.self, from: Data(bytes)))?.fields
    }

    private struct Object: Decodable {
        let fields: [String: String?]

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Name.self)
            var fields: [String: String?] = [:]
            for name in members.allKeys {
                fields.updateValue(
                    try? members.decode(String.self, forKey: name), forKey: name.stringValue)
            }
            self.fields = fields
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
