// The sending half of one connection's TLS. The library makes the records of the handshake and hands them
// here. Then it hands over the keys, as it would to a kernel that does TLS, and from there on the records
// are sealed here: from the stage, or from where the library has a message, straight into the buffer that
// is sent. The library's own way copies every byte twice more.
//
// The library stays in command: it chooses the keys, and what it has to say itself (tickets, alerts, new
// keys) comes here as a record with its type. After a KeyUpdate it makes the records itself again, with
// keys that are not known here, unless it hands over those, too. Where it was built without that option it
// hands over none, and those of TLS 1.2 and of other ciphers than AES-GCM are not taken: then it makes all
// records.
//
// Invariant: a nonce is used once. It is the connection's, combined with the number of the record, which
// only grows (RFC 8446, section 5.3).
//
// Unsafe use: pointers are used within one call. Owner: the loop's thread.

import COpenSSL

@safe
final class RecordWriter {
    /// RFC 8446, section 5.1.
    private static let mostPlaintextBytes = 16 * 1024

    let buffers: SharedBuffers
    private let cipher: RecordCipher
    /// Empty as long as the library makes the records.
    private var keys = weir_record_keys()
    /// What the library writes next, if it is not application data.
    private var nextType = ContentType.applicationData

    /// RFC 8446, section 5.1.
    private enum ContentType {
        static let handshake: UInt8 = 22
        static let applicationData: UInt8 = 23
    }

    /// The first byte of the message (RFC 8446, section 4).
    private static let keyUpdate: UInt8 = 24

    init(buffers: SharedBuffers, cipher: RecordCipher) {
        self.buffers = buffers
        self.cipher = cipher
    }

    deinit { giveUp() }

    /// Records are made here.
    var isSealing: Bool { keys.key_bytes > 0 }

    /// The library offers its keys, as linux/tls.h has them; false when they are not taken.
    func takeKeys(_ given: UnsafeRawPointer) -> Bool {
        nextType = ContentType.applicationData
        return unsafe weir_read_record_keys(given, &keys) == 1
    }

    /// The library writes a message of this type next.
    func announce(_ type: UInt8) { nextType = type }

    /// What the library writes: records that it has made, or the content of one.
    func write(_ bytes: UnsafeRawPointer, count: Int) -> Bool {
        guard isSealing else { return unsafe buffers.appendToCiphertext(bytes, count: count) }
        let type = nextType
        nextType = ContentType.applicationData
        guard cipher.use(&keys), unsafe seal(bytes, count: count, type: type) else { return false }
        let isKeyUpdate =
            unsafe type == ContentType.handshake && count > 0
            && bytes.load(as: UInt8.self) == Self.keyUpdate
        if isKeyUpdate { giveUp() }
        return true
    }

    /// Makes records of application data. Only while `isSealing`, and while the library has nothing to
    /// say first.
    func writeApplicationData(_ bytes: UnsafeRawPointer, count: Int) -> Bool {
        guard cipher.use(&keys) else { return false }
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
        unsafe OPENSSL_cleanse(&keys, MemoryLayout<weir_record_keys>.size)
    }

    /// Appends one record; false when there is no room for it, or when the library fails.
    private func seal(_ bytes: UnsafeRawPointer, count: Int, type: UInt8) -> Bool {
        let recordBytes = count + RecordCipher.overheadBytes
        guard count <= Self.mostPlaintextBytes,
            let record = unsafe buffers.roomForCiphertext(recordBytes),
            unsafe cipher.seal(bytes, count: count, type: type, with: &keys, to: record)
        else { return false }
        buffers.ciphertextCount += recordBytes
        return true
    }
}
