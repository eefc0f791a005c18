// The receiving half of a connection: one full buffer goes from the socket, through TLS, to the session,
// all in one turn.
//
// Unsafe use: the shared buffers and the SSL object, within one call each. Owner: the loop's thread.

import CLinux
import COpenSSL
import Glibc
import LinuxIO

extension Connection {
    /// There are bytes to receive, or received bytes that have not been taken yet.
    func queueInput() {
        // Requests that come beside live media do not go first because of it.
        let isMedia = mediaExchangeCount > 0 && session?.hasHeldInput != true
        server.turns.add(self, to: isMedia ? .mediaInput : .input)
    }

    /// One turn of receiving: one full buffer, or bytes held from an earlier one.
    func takeInputTurn() {
        switch phase {
        case .closed: return
        case .lingering: return discardInput()
        case .introducing, .handshaking: return receive()
        case .open(let session), .ending(let session):
            if session.hasHeldInput { return takeHeld() }
            if session.wantsInput { return receive() }
            // A paused input is not interested in reading, but is still told of a broken connection,
            // again and again.
            if input == .broken { close(.connectionLost) }
        }
    }

    private func takeHeld() {
        if run({ $0.receiveHeld() }) { didReceive() }
    }

    private func receive() {
        let buffers = server.buffers
        let count = unsafe recv(
            descriptor.raw, buffers.receive, SharedBuffers.receiveCapacity, Int32(MSG_DONTWAIT))
        if count < 0 {
            let code = weir_errno()
            if code == EINTR { return queueInput() }
            return code == EAGAIN ? () : close(.connectionLost)
        }
        if count == 0 { return receiveEnd() }
        server.counters.counts.bytesReceived += UInt64(count)
        buffers.receivePosition = 0
        buffers.receiveEnd = count
        process()
        if count == SharedBuffers.receiveCapacity { queueInput() }
    }

    /// A FIN has come. With TLS, a peer that means to end says so first (RFC 8446, section 6.1).
    private func receiveEnd() {
        let isMeant = unsafe ssl == nil
        guard isMeant, session != nil else { return close(.connectionLost) }
        if run({ $0.receiveEnd() }) { updateInterest() }
    }

    /// Takes the bytes in the receive buffer through TLS and to the session.
    private func process() {
        if case .introducing = phase, !introduce() { return }
        if let ssl = unsafe ssl {
            ERR_clear_error()
            if case .handshaking = phase, unsafe !continueHandshake(ssl) { return }
            guard unsafe decrypt(ssl) else { return close(.connectionLost) }
        } else {
            let buffers = server.buffers
            let bytes = unsafe UnsafeRawBufferPointer(
                start: buffers.receive + buffers.receivePosition,
                count: buffers.receiveEnd - buffers.receivePosition)
            guard run({ unsafe $0.receive(bytes) }) else { return }
        }
        didReceive()
    }

    /// What to do after the session has taken bytes.
    private func didReceive() {
        watchHeaderSection()
        addAnswers()
        transmit()
        guard let session else { return }
        if session.wantsToSend || session.isFinished { markReady() }
        if session.hasHeldInput { return queueInput() }
        if session.wantsInput != (input == .wanted) { updateInterest() }
    }

    /// What the library has to say leaves at once. Where there are answers already, as after a handshake
    /// that came with a request, both leave in one packet.
    private func addAnswers() {
        guard server.buffers.ciphertextCount > 0, !isBlocked, session?.wantsToSend == true else {
            return
        }
        flushIntoCiphertext()
    }

    /// Decrypts all of the receive buffer, whether the session wants more or not: nothing may stay in
    /// it.
    private func decrypt(_ ssl: OpaquePointer) -> Bool {
        let buffers = server.buffers
        repeat {
            let count = unsafe SSL_read(
                ssl, buffers.cleartext, Int32(SharedBuffers.cleartextCapacity))
            guard count > 0 else {
                let reason = unsafe SSL_get_error(ssl, count)
                if reason == SSL_ERROR_WANT_READ { break }
                transmit()
                // The peer's close_notify.
                return reason == SSL_ERROR_ZERO_RETURN && run { $0.receiveEnd() }
            }
            let bytes = unsafe UnsafeRawBufferPointer(
                start: buffers.cleartext, count: Int(count))
            guard run({ unsafe $0.receive(bytes) }) else { return false }
        } while unsafe buffers.hasReceived || SSL_has_pending(ssl) == 1
        return true
    }

    /// Takes the header of the proxy. True when bytes follow it.
    private func introduce() -> Bool {
        let buffers = server.buffers
        let bytes = unsafe UnsafeBufferPointer(
            start: buffers.receive.assumingMemoryBound(to: UInt8.self), count: buffers.receiveEnd)
        var position = buffers.receivePosition
        let isComplete = unsafe takeHeader(bytes.span, from: &position)
        buffers.receivePosition = position
        return isComplete && position < buffers.receiveEnd
    }

    /// One step of the handshake; true when it is done.
    private func continueHandshake(_ ssl: OpaquePointer) -> Bool {
        if unsafe SSL_in_before(ssl) == 1, let plaintext {
            refuse(plaintext)
            return false
        }
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return unsafe finishHandshake(ssl) }
        let isWaiting = unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ
        transmit()
        // One that is closed by then has been counted.
        if !isWaiting, !isClosed {
            server.counters.counts.handshakesFailed += 1
            linger()
        }
        return false
    }

    private func finishHandshake(_ ssl: OpaquePointer) -> Bool {
        guard let session = unsafe makeSession(ssl) else {
            server.buffers.ciphertextCount = 0
            close(.connectionLost)
            return false
        }
        open(session)
        server.didOpen(afterUs: MonotonicClock.nowUs() - takenAtUs)
        // The last handshake flight and our SETTINGS leave in one packet.
        flushIntoCiphertext()
        return true
    }

    /// Makes the session that was negotiated; a client that negotiates nothing speaks HTTP/1.1.
    private func makeSession(_ ssl: OpaquePointer) -> (any ProtocolSession)? {
        guard unsafe TLSContext.negotiatedHTTP2(ssl) else { return HTTP1Session(connection: self) }
        return HTTP2Session(connection: self, nowMs: server.loop.nowMs)
    }

    /// The first bytes that are the client's, if they are HTTP without TLS.
    private var plaintext: PlaintextHead? {
        let buffers = server.buffers
        let start = buffers.receivePosition
        guard buffers.receiveEnd > start else { return nil }
        let bytes = unsafe UnsafeBufferPointer(
            start: (buffers.receive + start).assumingMemoryBound(to: UInt8.self),
            count: buffers.receiveEnd - start)
        return unsafe PlaintextHead(bytes.span)
    }

    private func refuse(_ plaintext: PlaintextHead) {
        server.counters.counts.handshakesFailed += 1
        if plaintext.wantsSilence { return linger() }
        let answer = HTTP1Response.last(
            .plaintext, date: server.date.text(nowMs: server.loop.nowMs))
        unsafe answer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            _ = unsafe server.buffers.appendToCiphertext(base, count: bytes.count)
        }
        transmit()
        linger()
    }

    private func discardInput() {
        // MSG_TRUNC on TCP: the kernel drops the bytes instead of copying them.
        let count = recv(
            descriptor.raw, nil, SharedBuffers.discardBytes,
            Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC))
        if count > 0 { return }
        let isWaiting = count < 0 && (weir_errno() == EAGAIN || weir_errno() == EINTR)
        if !isWaiting { close(.connectionLost) }
    }
}
