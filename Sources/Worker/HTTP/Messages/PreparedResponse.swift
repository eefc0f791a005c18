// A response that is made once and given many times. Its header section is ready in the forms of both
// protocols, and all who get the body share one array; or each of them has a source of its own that produces
// the same bytes.
//
// Unsafe use: names and values lie in one allocation that is owned here, written in init and freed in
// deinit; `pairs` points into it. nghttp2 is told not to copy them, so the Exchange keeps this object
// until the stream is closed. The library copies only the value of `date`, which changes. Owner: the
// loop's thread.

import CNghttp2
import Settings

@safe
package final class PreparedResponse {
    package let status: Int
    package let body: [UInt8]
    /// How long the body is.
    package let length: Int
    /// How many bytes one client is charged for it (see Exchange).
    let heldBytes: Int
    /// The fields, for tests.
    package let headers: [HeaderField]
    /// For nghttp2: `:status`, then room for `date`, then the fields.
    let pairs: UnsafeMutableBufferPointer<nghttp2_nv>
    /// For HTTP/1.1: the status line and the fields, with their line breaks, but without date and
    /// connection.
    let text: [UInt8]
    private let storage: UnsafeMutablePointer<UInt8>
    private static let dateIndex = 1

    /// - Parameters:
    ///   - body: nil for a status that never has one.
    ///   - isShared: those who get it share the cost of its memory.
    package convenience init(
        status: Int, headers: [HeaderField], body: [UInt8]?, isShared: Bool = true
    ) {
        let heldBytes = (body?.count ?? 0) / (isShared ? Limits.heldPartOfSharedResponse : 1)
        self.init(status, headers, body: body ?? [], length: body?.count, heldBytes: heldBytes)
    }

    /// One whose body comes from a source each time.
    package convenience init(status: Int, headers: [HeaderField], streaming length: Int) {
        self.init(status, headers, body: [], length: length, heldBytes: 0)
    }

    /// - Parameter length: nil for a status that never has a body.
    private init(
        _ status: Int, _ headers: [HeaderField], body: [UInt8], length: Int?, heldBytes: Int
    ) {
        self.status = status
        self.body = body
        self.length = length ?? 0
        self.heldBytes = heldBytes
        self.headers = headers
        var fields = headers.filter { $0.name != "content-length" }
        if let length { fields.append(HeaderField("content-length", String(length))) }
        let section = HTTP1Response(
            status: status, headers: fields, framing: .none, connection: nil, date: nil
        ).text
        text = Array(section.dropLast(2))
        let all = [HeaderField(":status", String(status)), HeaderField("date", "")] + fields
        (unsafe storage, unsafe pairs) = unsafe Self.pairs(of: all)
    }

    deinit {
        unsafe pairs.deallocate()
        unsafe storage.deallocate()
    }

    private static func pairs(
        of fields: [HeaderField]
    ) -> (UnsafeMutablePointer<UInt8>, UnsafeMutableBufferPointer<nghttp2_nv>) {
        let bytes = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        let storage = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes)
        let pairs = UnsafeMutableBufferPointer<nghttp2_nv>.allocate(capacity: fields.count)
        var used = 0
        func keep(_ text: String) -> UnsafeMutablePointer<UInt8> {
            let start = unsafe storage + used
            for byte in text.utf8 {
                unsafe storage[used] = byte
                used += 1
            }
            return unsafe start
        }
        let uncopied =
            UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)
            | UInt8(NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)
        for (index, field) in fields.enumerated() {
            let isDate = index == dateIndex
            let pair = unsafe nghttp2_nv(
                name: keep(field.name), value: keep(field.value), namelen: field.name.utf8.count,
                valuelen: field.value.utf8.count,
                flags: isDate ? UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue) : uncopied)
            unsafe pairs.initializeElement(at: index, to: pair)
        }
        return unsafe (storage, pairs)
    }

    /// The fields for nghttp2, with the date that lies at `date`.
    func pairs(date: UnsafeMutablePointer<UInt8>) -> UnsafeBufferPointer<nghttp2_nv> {
        unsafe pairs[Self.dateIndex].value = unsafe date
        unsafe pairs[Self.dateIndex].valuelen = HTTPDate.byteCount
        return unsafe UnsafeBufferPointer(pairs)
    }
}
