// The sending half of one connection's TLS. The library makes the records of the handshake and hands them
// here. Then it hands over the keys, as it would to a kernel that does TLS, and from there on the records
// are sealed here: from the stage, or from where the library has a message, straight into the buffer that
// is sent. The library's own way copies every byte twice more.
//
// The library stays in command: it chooses the keys, and what it has to say itself (tickets, alerts, new
// keys) comes here as a record with its type. After a KeyUpdate it makes the records itself again, with
// keys that are not known here. It never hands over keys of TLS 1.2, of other ciphers than AES-GCM, or
// where it was built without that option: then it makes all records.
//
// Invariant: a nonce is used once. It is the connection's, combined with the number of the record, which
// only grows (RFC 8446, section 5.3).
//
// Unsafe use: the cipher's context is owned here and freed in deinit; other pointers are used within one
// call. Owner: the loop's thread.

import COpenSSL
import Glibc

@safe
final class RecordWriter {
    /// RFC 8446, section 5.1.
    private static let mostPlaintextBytes = 16 * 1024
    private static let headerBytes = 5
    private static let tagBytes = 16
    /// What a record has beside its content: header, content type and tag.
    static let overheadBytes = headerBytes + 1 + tagBytes

    let buffers: SharedBuffers
    /// Nil as long as the library makes the records.
    private var context: OpaquePointer?
    /// Twelve bytes as they are used: the last eight are combined with the number of the record.
    private var nonce: (UInt32, UInt32, UInt32) = (0, 0, 0)
    private var sequence: UInt64 = 0
    /// What the library writes next, if it is not application data.
    private var nextType = ContentType.applicationData

    /// RFC 8446, section 5.1.
    enum ContentType {
        static let handshake: UInt8 = 22
        static let applicationData: UInt8 = 23
    }

    /// The first byte of the message (RFC 8446, section 4).
    private static let keyUpdate: UInt8 = 24

    init(buffers: SharedBuffers) {
        self.buffers = buffers
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
    }

    /// Records are made here.
    var isSealing: Bool { unsafe context != nil }

    /// The library offers its keys; false when they are not taken.
    func take(_ keys: weir_record_keys) -> Bool {
        guard let cipher = unsafe RecordCiphers.named(keys.cipher),
            let context = unsafe context ?? EVP_CIPHER_CTX_new(),
            unsafe EVP_EncryptInit_ex(context, cipher, nil, keys.key, nil) == 1
        else { return false }
        unsafe self.context = unsafe context
        unsafe withUnsafeBytes(of: keys.nonce) { bytes in
            unsafe nonce = (
                bytes.loadUnaligned(as: UInt32.self),
                bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
            )
        }
        sequence = unsafe withUnsafeBytes(of: keys.sequence) {
            UInt64(bigEndian: unsafe $0.loadUnaligned(as: UInt64.self))
        }
        nextType = ContentType.applicationData
        return true
    }

    /// The library writes a message of this type next.
    func announce(_ type: UInt8) { nextType = type }

    /// What the library writes: records that it has made, or the content of one.
    func write(_ bytes: UnsafeRawPointer, count: Int) -> Bool {
        guard isSealing else { return unsafe buffers.appendToCiphertext(bytes, count: count) }
        let type = nextType
        nextType = ContentType.applicationData
        guard unsafe seal(bytes, count: count, type: type) else { return false }
        let isKeyUpdate =
            unsafe type == ContentType.handshake && count > 0
            && bytes.load(as: UInt8.self) == Self.keyUpdate
        if isKeyUpdate { giveUp() }
        return true
    }

    /// Makes records of application data. Only while `isSealing`, and while the library has nothing to
    /// say first.
    func writeApplicationData(_ bytes: UnsafeRawPointer, count: Int) -> Bool {
        var written = 0
        while written < count {
            let length = min(count - written, Self.mostPlaintextBytes)
            guard
                unsafe seal(
                    bytes + written, count: length, type: ContentType.applicationData)
            else { return false }
            written += length
        }
        return true
    }

    /// The library makes the records from now on.
    private func giveUp() {
        unsafe EVP_CIPHER_CTX_free(context)
        unsafe context = nil
    }

    /// Appends one record (RFC 8446, section 5.2); false when there is no room for it, or when the
    /// library fails.
    private func seal(_ bytes: UnsafeRawPointer, count: Int, type: UInt8) -> Bool {
        guard count <= Self.mostPlaintextBytes,
            let record = unsafe buffers.roomForCiphertext(count + Self.overheadBytes),
            let context = unsafe context
        else { return false }
        let header = unsafe record.assumingMemoryBound(to: UInt8.self)
        let sealedBytes = count + 1 + Self.tagBytes
        unsafe header[0] = ContentType.applicationData
        unsafe header[1] = 3
        unsafe header[2] = 3
        unsafe header[3] = UInt8(truncatingIfNeeded: sealedBytes >> 8)
        unsafe header[4] = UInt8(truncatingIfNeeded: sealedBytes)
        let content = unsafe header + Self.headerBytes
        let tag = unsafe content + count + 1
        var type = type
        var length: Int32 = 0
        let isSealed =
            unsafe begin(context)
            && EVP_EncryptUpdate(context, nil, &length, header, Int32(Self.headerBytes)) == 1
            && EVP_EncryptUpdate(
                context, content, &length, bytes.assumingMemoryBound(to: UInt8.self),
                Int32(count)) == 1
            && EVP_EncryptUpdate(context, content + count, &length, &type, 1) == 1
            && EVP_EncryptFinal_ex(context, tag, &length) == 1
            && EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), tag) == 1
        guard isSealed else { return false }
        sequence += 1
        buffers.ciphertextCount += count + Self.overheadBytes
        return true
    }

    /// Sets the nonce of the next record.
    private func begin(_ context: OpaquePointer) -> Bool {
        var used = (
            nonce.0, nonce.1 ^ UInt32(truncatingIfNeeded: sequence >> 32).bigEndian,
            nonce.2 ^ UInt32(truncatingIfNeeded: sequence).bigEndian
        )
        return unsafe withUnsafeBytes(of: &used) { bytes in
            unsafe EVP_EncryptInit_ex(
                context, nil, nil, nil, bytes.assumingMemoryBound(to: UInt8.self).baseAddress) == 1
        }
    }
}

/// Fetched once: an implicit fetch on every handshake would take a global lock.
private enum RecordCiphers {
    nonisolated(unsafe) private static let aes128 = unsafe EVP_CIPHER_fetch(nil, "AES-128-GCM", nil)
    nonisolated(unsafe) private static let aes256 = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)

    static func named(_ name: UnsafePointer<CChar>) -> OpaquePointer? {
        unsafe strcmp(name, "AES-128-GCM") == 0 ? aes128 : aes256
    }
}
