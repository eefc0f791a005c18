// AES-GCM for the records of TLS 1.3 (RFC 8446, section 5.2). One for all connections of a worker: a context
// of the library takes a KiB, which would lie cold in memory whenever its connection gets something. Setting
// the key of the next connection costs less than fetching that.
//
// Unsafe use: the contexts are owned here and freed in deinit; other pointers are used within one call.
// Owner: the loop's thread.

import COpenSSL

@safe
final class RecordCipher {
    private static let headerBytes = 5
    private static let tagBytes = 16
    /// What a record has beside its content: header, content type and tag.
    static let overheadBytes = headerBytes + 1 + tagBytes
    /// The type in the header of each sealed record (RFC 8446, section 5.2).
    private static let outerType: UInt8 = 23

    private let aes128: OpaquePointer
    private let aes256: OpaquePointer
    /// The one whose key was set last.
    private var context: OpaquePointer

    /// Nil when memory ran out.
    init?() {
        guard let aes128 = unsafe Self.context(of: "AES-128-GCM") else { return nil }
        guard let aes256 = unsafe Self.context(of: "AES-256-GCM") else {
            unsafe EVP_CIPHER_CTX_free(aes128)
            return nil
        }
        unsafe self.aes128 = unsafe aes128
        unsafe self.aes256 = unsafe aes256
        unsafe context = unsafe aes128
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(aes128)
        unsafe EVP_CIPHER_CTX_free(aes256)
    }

    private static func context(of name: String) -> OpaquePointer? {
        guard let cipher = unsafe EVP_CIPHER_fetch(nil, name, nil) else { return nil }
        defer { unsafe EVP_CIPHER_free(cipher) }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
        guard unsafe EVP_EncryptInit_ex(context, cipher, nil, nil, nil) == 1 else {
            unsafe EVP_CIPHER_CTX_free(context)
            return nil
        }
        return unsafe context
    }

    /// What is sealed next has these keys; false when the library fails.
    func use(_ keys: inout weir_record_keys) -> Bool {
        unsafe context = unsafe keys.key_bytes == 16 ? aes128 : aes256
        return unsafe withUnsafeBytes(of: &keys.key) { key in
            unsafe EVP_EncryptInit_ex(
                context, nil, nil, key.assumingMemoryBound(to: UInt8.self).baseAddress, nil) == 1
        }
    }

    /// Writes one record to `record`, where there is room for `overheadBytes` more than `count`; false
    /// when the library fails. The keys are those that are used.
    func seal(
        _ bytes: UnsafeRawPointer, count: Int, type: UInt8, with keys: inout weir_record_keys,
        to record: UnsafeMutableRawPointer
    ) -> Bool {
        let header = unsafe record.assumingMemoryBound(to: UInt8.self)
        let sealedBytes = count + 1 + Self.tagBytes
        unsafe header[0] = Self.outerType
        unsafe header[1] = 3
        unsafe header[2] = 3
        unsafe header[3] = UInt8(truncatingIfNeeded: sealedBytes >> 8)
        unsafe header[4] = UInt8(truncatingIfNeeded: sealedBytes)
        let content = unsafe header + Self.headerBytes
        let tag = unsafe content + count + 1
        var type = type
        var length: Int32 = 0
        return unsafe begin(with: &keys)
            && EVP_EncryptUpdate(context, nil, &length, header, Int32(Self.headerBytes)) == 1
            && EVP_EncryptUpdate(
                context, content, &length, bytes.assumingMemoryBound(to: UInt8.self),
                Int32(count)) == 1
            && EVP_EncryptUpdate(context, content + count, &length, &type, 1) == 1
            && EVP_EncryptFinal_ex(context, tag, &length) == 1
            && EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), tag) == 1
    }

    /// Sets the nonce of the next record.
    private func begin(with keys: inout weir_record_keys) -> Bool {
        var nonce: (UInt32, UInt32, UInt32) = (0, 0, 0)
        return unsafe withUnsafeMutableBytes(of: &nonce) { bytes in
            let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
            unsafe weir_next_nonce(&keys, start)
            return unsafe EVP_EncryptInit_ex(context, nil, nil, nil, start) == 1
        }
    }
}
