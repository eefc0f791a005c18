// The keys that encrypt TLS session tickets. They come from the supervisor, are the same in all workers,
// and rotate. So a session that began on one worker resumes on any.
//
// A key is 80 bytes: name 16, AES-256 key 32, HMAC-SHA-256 key 32. The previous key still opens tickets,
// but a ticket that it opened is renewed with the current one.
//
// Unsafe use: the library hands out pointers to its name (16 bytes) and IV (16 bytes) fields, as
// SSL_CTX_set_tlsext_ticket_key_evp_cb documents; they are used during the callback only.

import COpenSSL

/// One ticket key.
struct TicketKey {
    static let byteCount = 80
    static let nameBytes = 16

    let name: [UInt8]
    let cipherKey: [UInt8]
    let macKey: [UInt8]

    init(_ bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a ticket key has 80 bytes")
        name = Array(bytes[..<16])
        cipherKey = Array(bytes[16..<48])
        macKey = Array(bytes[48...])
    }
}

/// The current key and the one before it. Owned by the loop's thread.
@safe
final class TicketKeys {
    /// What the library's callback returns.
    private enum Answer {
        static let failure: Int32 = -1
        static let unknownKey: Int32 = 0
        static let use: Int32 = 1
        static let useAndRenew: Int32 = 2
    }

    var current: TicketKey
    var previous: TicketKey?
    /// Fetched once: an implicit fetch on every handshake would take a global lock.
    private let cipher: OpaquePointer

    init(current: TicketKey, previous: TicketKey?) throws(TLSError) {
        guard let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-CBC", nil) else {
            throw .library(TLSError.lastReason())
        }
        unsafe self.cipher = unsafe cipher
        self.current = current
        self.previous = previous
    }

    deinit {
        unsafe EVP_CIPHER_free(cipher)
    }

    /// Prepares cipher and MAC for a new ticket.
    func seal(
        name: UnsafeMutablePointer<UInt8>, iv: UnsafeMutablePointer<UInt8>,
        cipherContext: OpaquePointer, macContext: OpaquePointer
    ) -> Int32 {
        guard unsafe RAND_bytes(iv, EVP_CIPHER_get_iv_length(cipher)) == 1,
            unsafe EVP_EncryptInit_ex(cipherContext, cipher, nil, current.cipherKey, iv) == 1,
            unsafe setMACKey(macContext, current.macKey)
        else { return Answer.failure }
        for index in 0..<TicketKey.nameBytes { unsafe name[index] = current.name[index] }
        return Answer.use
    }

    /// Prepares cipher and MAC for a ticket that a client brought. One that it shows only once, as TLS 1.3
    /// asks for (RFC 8446, appendix C.4), is replaced: the client would have none for the next time.
    func open(
        name: UnsafeMutablePointer<UInt8>, iv: UnsafeMutablePointer<UInt8>,
        cipherContext: OpaquePointer, macContext: OpaquePointer, isShownOnce: Bool
    ) -> Int32 {
        let wanted = unsafe Array(UnsafeBufferPointer(start: name, count: TicketKey.nameBytes))
        guard let key = wanted == current.name ? current : previous, key.name == wanted else {
            return Answer.unknownKey
        }
        guard unsafe EVP_DecryptInit_ex(cipherContext, cipher, nil, key.cipherKey, iv) == 1,
            unsafe setMACKey(macContext, key.macKey)
        else { return Answer.failure }
        return key.name == current.name && !isShownOnce ? Answer.use : Answer.useAndRenew
    }

    private func setMACKey(_ context: OpaquePointer, _ key: [UInt8]) -> Bool {
        unsafe weir_mac_set_key(context, key, key.count) == 1
    }
}
