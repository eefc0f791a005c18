// Fuzzes the readers of bodies that are forms, URL-encoded or JSON: hostile bytes must not trap, and
// fields mean the same when they are said again, in plain escapes or as Weir writes JSON.
//
// Run it with the directory of the corpus:
//   FuzzForms Tests/Fuzz/Forms/Corpus -dict=Tests/Fuzz/Forms/forms.dict -max_total_time=30

@testable import HTTP

/// The fuzzer's driver: reads the options and calls the function until its time is over.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The entry point, under the name that the package manager gives it.
@_cdecl("FuzzForms_main")
public func fuzzMain(
    _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
    var count = count
    var arguments = arguments
    return runFuzzer(&count, &arguments, fuzzOneInput)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    if let fields = URLEncodedFields.read(bytes) {
        let restated = fields.map { "\(escaped($0))=\(escaped($1))" }.joined(separator: "&")
        precondition(URLEncodedFields.read(restated.utf8) == fields, "escapes change the fields")
    }
    if let fields = JSONFields.read(bytes) {
        let members = fields.map { JSONMember($0, $1.map(JSONValue.string) ?? .null) }
        let restated = JSONValue.object(members).text
        precondition(JSONFields.read(Array(restated.utf8)) == fields, "JSON changes the fields")
    }
    return 0
}

/// Every byte as %XX.
private func escaped(_ text: String) -> String {
    text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
