// The certificate, the key and the rules of all TLS connections of a worker. Loop's thread only.
//
// The rules, and why: TLS 1.2 at least; AES-128-GCM first (the cheapest with hardware support, and
// the library prefers ChaCha20 for clients that have none); X25519 first; no renegotiation (a way
// to make us do handshakes) and no compression; no session cache, because tickets resume on every
// worker; one ticket a handshake, since a browser keeps few connections; record buffers are
// released when idle, which halves the memory of an idle connection; the library hands over the keys of
// records (see RecordWriter). ALPN prefers h2.
//
// Unsafe use: SSL_CTX is reference-counted by the library; this class owns one reference. The callbacks
// find the ticket keys through the context's application data. It stays alive as long as any context
// does: connections hold their TLSContext.

import COpenSSL

@safe
package final class TLSContext {
    private var ticketKeys: TicketKeys?
    /// The library's context; connections take their own reference to it.
    let handle: OpaquePointer

    /// Serves with a certificate chain and its key. Errors: they do not belong together, or the library
    /// takes none of them (a key that is too short).
    package init(chain: CertificateChain, key: PrivateKey) throws(TLSError) {
        LibraryMemory.install()
        unsafe handle = try unsafe Self.make(chain: chain, key: key)
    }

    deinit {
        unsafe SSL_CTX_free(handle)
    }

    /// Sets the keys of session tickets, 80 bytes each: name 16, AES 32, HMAC 32. Without this call
    /// the library makes keys of its own, which no other worker knows.
    package func setTicketKeys(current: [UInt8], previous: [UInt8]?) {
        let currentKey = TicketKey(current)
        let previousKey = previous.map { TicketKey($0) }
        if let ticketKeys {
            ticketKeys.current = currentKey
            ticketKeys.previous = previousKey
        } else {
            // Without our keys, tickets still work, but only on this worker.
            ticketKeys = try? TicketKeys(current: currentKey, previous: previousKey)
            installTicketKeys()
        }
    }

    private func installTicketKeys() {
        guard let ticketKeys else { return }
        let keys = unsafe Unmanaged.passUnretained(ticketKeys).toOpaque()
        unsafe SSL_CTX_set_ex_data(handle, Self.ticketKeysIndex, keys)
        unsafe weir_ssl_ctx_set_ticket_callback(handle, handleTicket)
    }

    /// Where a context keeps the pointer to its ticket keys.
    fileprivate static let ticketKeysIndex = CRYPTO_get_ex_new_index(
        CRYPTO_EX_INDEX_SSL_CTX, 0, nil, nil, nil, nil)

    /// The library's side of a new connection; nil when memory ran out.
    func makeConnection(over records: RecordWriter) -> OpaquePointer? {
        guard let ssl = unsafe SSL_new(handle) else { return nil }
        guard let bio = unsafe TransportBIO.make(records) else {
            unsafe SSL_free(ssl)
            return nil
        }
        unsafe SSL_set_bio(ssl, bio, bio)
        unsafe SSL_set_accept_state(ssl)
        return unsafe ssl
    }

    /// Whether the handshake has chosen h2.
    static func negotiatedHTTP2(_ ssl: OpaquePointer) -> Bool {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &name, &length)
        return unsafe UnsafeBufferPointer(start: name, count: Int(length))
            .elementsEqual("h2".utf8)
    }

    private static func make(
        chain: CertificateChain, key: PrivateKey
    ) throws(TLSError) -> OpaquePointer {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
            throw .library(TLSError.lastReason())
        }
        do throws(TLSError) {
            try unsafe configure(context)
            try unsafe use(chain, key, in: context)
        } catch {
            unsafe SSL_CTX_free(context)
            throw error
        }
        return unsafe context
    }

    private static func configure(_ context: OpaquePointer) throws(TLSError) {
        let sessionContext = Array("weir".utf8)
        guard unsafe weir_ssl_ctx_configure(context) == 1,
            unsafe SSL_CTX_set_session_id_context(
                context, sessionContext, UInt32(sessionContext.count)) == 1
        else { throw .library(TLSError.lastReason()) }
        unsafe SSL_CTX_set_alpn_select_cb(context, selectProtocol, nil)
    }

    /// The context takes references of its own.
    private static func use(
        _ chain: CertificateChain, _ key: PrivateKey, in context: OpaquePointer
    ) throws(TLSError) {
        guard unsafe SSL_CTX_use_certificate(context, chain.own) == 1 else {
            throw .certificate(reason: TLSError.lastReason())
        }
        for index in unsafe chain.handles.indices.dropFirst() {
            guard unsafe weir_ssl_ctx_add_to_chain(context, chain.handles[index]) == 1 else {
                throw .certificate(reason: TLSError.lastReason())
            }
        }
        guard unsafe SSL_CTX_use_PrivateKey(context, key.handle) == 1,
            unsafe SSL_CTX_check_private_key(context) == 1
        else { throw .key(reason: TLSError.lastReason()) }
    }
}

// MARK: Callbacks of the library

/// Chooses from the client's list of length-prefixed names (RFC 7301, section 3.1): h2 before http/1,
/// regardless of what the client prefers. A client that offers neither is refused. A client without a
/// list does not come here, and speaks HTTP/1.1.
private func selectProtocol(
    _ ssl: OpaquePointer?, _ selected: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ selectedLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?,
    _ offeredLength: UInt32, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let start = unsafe offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let list = unsafe UnsafeBufferPointer(start: start, count: Int(offeredLength))
    for name in ["h2", "http/1.1", "http/1.0"] {
        var position = 0
        while position < list.count {
            let end = position + 1 + Int(unsafe list[position])
            guard end <= list.count else { break }
            if unsafe list[(position + 1)..<end].elementsEqual(name.utf8) {
                unsafe selected?.pointee = unsafe start + position + 1
                unsafe selectedLength?.pointee = UInt8(name.utf8.count)
                return SSL_TLSEXT_ERR_OK
            }
            position = end
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}

private func handleTicket(
    _ ssl: OpaquePointer?, _ name: UnsafeMutablePointer<UInt8>?,
    _ iv: UnsafeMutablePointer<UInt8>?, _ cipherContext: OpaquePointer?,
    _ macContext: OpaquePointer?, _ isSealing: Int32
) -> Int32 {
    let failure: Int32 = -1
    guard let ssl = unsafe ssl, let name = unsafe name, let iv = unsafe iv,
        let cipherContext = unsafe cipherContext, let macContext = unsafe macContext,
        let pointer = unsafe SSL_CTX_get_ex_data(
            SSL_get_SSL_CTX(ssl), TLSContext.ticketKeysIndex)
    else { return failure }
    let keys = unsafe Unmanaged<TicketKeys>.fromOpaque(pointer).takeUnretainedValue()
    return isSealing != 0
        ? unsafe keys.seal(
            name: name, iv: iv, cipherContext: cipherContext, macContext: macContext)
        : unsafe keys.open(
            name: name, iv: iv, cipherContext: cipherContext, macContext: macContext,
            isShownOnce: SSL_version(ssl) == TLS1_3_VERSION)
}
