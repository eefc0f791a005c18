// Fuzzes the readers of bodies that are forms, URL-encoded or JSON, and of JSON between our own programs: hostile bytes must not trap, and
// fields mean the same when they are said again, in plain escapes or as Weir writes JSON.
//
// Run it with the directory of the corpus:
//   FuzzForms Tests/Fuzz/Forms/Corpus -dict=Tests/Fuzz/Forms/forms.dict -max_total_time=30

import FuzzDriver
import Text

@testable import HTTP

@main
enum FuzzForms {
    static func main() { fuzz(check) }
}

private func check(_ bytes: [UInt8]) {
    if let fields = URLEncodedFields.read(bytes) {
        let restated = fields.map { "\(escaped($0))=\(escaped($1))" }.joined(separator: "&")
        precondition(URLEncodedFields.read(restated.utf8) == fields, "escapes change the fields")
    }
    if let fields = JSONFields.read(bytes) {
        let members = fields.map { JSONMember($0, $1.map(JSONValue.string) ?? .null) }
        let restated = JSONValue.object(members).text
        precondition(JSONFields.read(Array(restated.utf8)) == fields, "JSON changes the fields")
    }
    if let value = JSONValue(parsing: bytes) {
        let restated = Array(value.text.utf8)
        precondition(JSONValue(parsing: restated) == value, "JSON changes the value")
    }
}

/// Every byte as %XX.
private func escaped(_ text: String) -> String {
    text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
