// Fuzzes the readers of URL-encoded forms and of base64: hostile bytes must not trap, fields mean the
// same when they are said again in plain escapes, and base64 has at most three bytes for four characters.
//
// Run it with the directory of the corpus:
//   FuzzForms Tests/Fuzz/Forms/Corpus -max_total_time=30

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
    if let decoded = Base64.bytes(bytes) {
        precondition(decoded.count <= bytes.count / 4 * 3 + 2, "more than was encoded")
    }
    guard let fields = URLEncodedFields.read(bytes) else { return 0 }
    let restated = fields.map { "\(escaped($0))=\(escaped($1))" }.joined(separator: "&")
    precondition(URLEncodedFields.read(restated.utf8) == fields, "escapes change the fields")
    return 0
}

/// Every byte as %XX.
private func escaped(_ text: String) -> String {
    text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
