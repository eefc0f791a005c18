// The header section of a response in the form nghttp2 takes: pointers to names and values.
//
// Unsafe use: all texts are copied into one array; the pointers into it are made, used and
// forgotten within `withPairs`.

import CNghttp2

struct ResponseFields {
    private var bytes: [UInt8] = []
    /// Where the name and the value of each field end in `bytes`.
    private var ends: [(name: Int, value: Int)] = []

    /// Just `headers`.
    init(_ headers: [HeaderField]) {
        for field in headers { append(field.name, field.value) }
    }

    init(status: Int, headers: [HeaderField], contentLength: Int?, date: String?) {
        bytes.reserveCapacity(256)
        ends.reserveCapacity(headers.count + 3)
        append(":status", String(status))
        if let date { append("date", date) }
        for field in headers { append(field.name, field.value) }
        if let contentLength { append("content-length", String(contentLength)) }
    }

    private mutating func append(_ name: String, _ value: String) {
        bytes.append(contentsOf: name.utf8)
        let nameEnd = bytes.count
        bytes.append(contentsOf: value.utf8)
        ends.append((name: nameEnd, value: bytes.count))
    }

    func withPairs<Result>(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> Result) -> Result {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            // nghttp2 takes pointers to mutable bytes and does not write to them.
            let base = unsafe UnsafeMutablePointer(mutating: bytes.baseAddress)
            return unsafe withUnsafeTemporaryAllocation(
                of: nghttp2_nv.self, capacity: ends.count
            ) { pairs in
                var start = 0
                for (index, end) in ends.enumerated() {
                    let pair = unsafe nghttp2_nv(
                        name: base.map { unsafe $0 + start },
                        value: base.map { unsafe $0 + end.name },
                        namelen: end.name - start, valuelen: end.value - end.name,
                        flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
                    unsafe pairs.initializeElement(at: index, to: pair)
                    start = end.value
                }
                return unsafe body(UnsafeBufferPointer(pairs))
            }
        }
    }
}
