// How OpenSSL reads and writes: in the worker's shared buffers and not on the socket, so that one recv()
// and one send() serve many records. Writing never blocks, so SSL_write never has to be repeated.
//
// Unsafe use: a BIO's data is an unretained pointer to SharedBuffers, which the HTTPServer that
// creates every BIO keeps alive longer than its connections.

import COpenSSL

enum TransportBIO {
    /// The functions of our BIOs; made once a process and never freed. Nil when memory ran out.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = unsafe BIO_meth_new(type, "weir transport"),
            unsafe BIO_meth_set_write(method, writeRecords) == 1,
            unsafe BIO_meth_set_read(method, readRecords) == 1,
            unsafe BIO_meth_set_ctrl(method, control) == 1
        else { return nil }
        return unsafe method
    }()

    /// A new BIO over the buffers; nil when memory ran out.
    static func make(_ buffers: SharedBuffers) -> OpaquePointer? {
        guard let method = unsafe method, let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(buffers).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }
}

private func buffers(of bio: OpaquePointer) -> Unmanaged<SharedBuffers>? {
    guard let pointer = unsafe BIO_get_data(bio) else { return nil }
    return unsafe Unmanaged<SharedBuffers>.fromOpaque(pointer)
}

private func writeRecords(
    _ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int32
) -> Int32 {
    guard let bio = unsafe bio, let bytes = unsafe bytes, count > 0,
        let buffers = unsafe buffers(of: bio)
    else { return 0 }
    unsafe weir_bio_clear_retry(bio)
    let isTaken = unsafe buffers._withUnsafeGuaranteedRef {
        unsafe $0.appendToCiphertext(bytes, count: Int(count))
    }
    return isTaken ? count : -1
}

private func readRecords(
    _ bio: OpaquePointer?, _ target: UnsafeMutablePointer<CChar>?, _ count: Int32
) -> Int32 {
    guard let bio = unsafe bio, let target = unsafe target, count > 0,
        let buffers = unsafe buffers(of: bio)
    else { return 0 }
    unsafe weir_bio_clear_retry(bio)
    let taken = unsafe buffers._withUnsafeGuaranteedRef {
        unsafe $0.takeReceived(into: target, count: Int(count))
    }
    if taken > 0 { return Int32(taken) }
    unsafe weir_bio_set_retry_read(bio)
    return -1
}

private func control(
    _ bio: OpaquePointer?, _ command: Int32, _ number: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    // The connection flushes when it sends the buffer; no other control concerns us.
    command == BIO_CTRL_FLUSH ? 1 : 0
}
