// How OpenSSL reads and writes: in the worker's shared buffers and not on the socket, so that one recv()
// and one send() serve many records. Writing never blocks, so SSL_write never has to be repeated.
//
// Unsafe use: a BIO's data is an unretained pointer to the connection's RecordWriter. The Connection frees
// the library's object, and the BIO with it, before it lets the writer go.

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

    /// A new BIO for a connection; nil when memory ran out.
    static func make(_ records: RecordWriter) -> OpaquePointer? {
        guard let method = unsafe method, let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(records).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }
}

private func writer(of bio: OpaquePointer) -> Unmanaged<RecordWriter>? {
    guard let pointer = unsafe BIO_get_data(bio) else { return nil }
    return unsafe Unmanaged<RecordWriter>.fromOpaque(pointer)
}

private func writeRecords(
    _ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int32
) -> Int32 {
    guard let bio = unsafe bio, let bytes = unsafe bytes, count > 0,
        let writer = unsafe writer(of: bio)
    else { return 0 }
    unsafe weir_bio_clear_retry(bio)
    let isTaken = unsafe writer._withUnsafeGuaranteedRef {
        unsafe $0.write(bytes, count: Int(count))
    }
    return isTaken ? count : -1
}

private func readRecords(
    _ bio: OpaquePointer?, _ target: UnsafeMutablePointer<CChar>?, _ count: Int32
) -> Int32 {
    guard let bio = unsafe bio, let target = unsafe target, count > 0,
        let writer = unsafe writer(of: bio)
    else { return 0 }
    unsafe weir_bio_clear_retry(bio)
    let taken = unsafe writer._withUnsafeGuaranteedRef {
        unsafe $0.buffers.takeReceived(into: target, count: Int(count))
    }
    if taken > 0 { return Int32(taken) }
    unsafe weir_bio_set_retry_read(bio)
    return -1
}

private func control(
    _ bio: OpaquePointer?, _ command: Int32, _ number: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    // The connection flushes when it sends the buffer.
    if command == BIO_CTRL_FLUSH { return 1 }
    guard let bio = unsafe bio, let writer = unsafe writer(of: bio) else { return 0 }
    return unsafe writer._withUnsafeGuaranteedRef { writer in
        switch command {
        case BIO_CTRL_GET_KTLS_SEND:
            return writer.isSealing ? 1 : 0
        case Int32(WEIR_BIO_SET_RECORD_KEYS):
            // The number says whether they are for sending.
            guard number != 0, let pointer = unsafe pointer else { return 0 }
            return unsafe writer.takeKeys(pointer) ? 1 : 0
        case Int32(WEIR_BIO_SET_RECORD_TYPE):
            writer.announce(UInt8(truncatingIfNeeded: number))
            return 1
        default:
            return 0
        }
    }
}
