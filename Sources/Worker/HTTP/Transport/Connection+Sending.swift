// The sending half of a connection: frames go into the stage, the stage into records, records into the
// socket, all in one turn of bounded size. Bytes that the socket refuses wait (see SocketOutput).
//
// Unsafe use: the shared buffers and the SSL object, within one call each. Owner: the loop's
// thread.

import CLinux
import COpenSSL
import Glibc
import LinuxIO

extension Connection {
    /// There may be something to send: this connection gets its turn.
    func markReady() {
        if session != nil { queueOutput(isMedia: false) }
    }

    /// - Parameter isMedia: whether it is live media, which others wait for.
    func queueOutput(isMedia: Bool) {
        server.turns.add(self, to: isMedia ? .mediaOutput : .output)
    }

    /// One turn of sending: first the bytes that the socket had refused, then one share.
    func takeOutputTurn() {
        if isBlocked { sendRemainder() }
        // A client that takes more than a share is far from the live edge.
        if flush() { queueOutput(isMedia: false) }
    }

    /// At most one share. True when there is more for another turn.
    private func flush() -> Bool {
        guard !isBlocked, let session else { return false }
        let isStageFull = flushIntoCiphertext()
        guard !isClosed else { return false }
        transmit()
        guard !isClosed else { return false }
        if session.isFinished {
            sayGoodbye()
            return false
        }
        guard !isBlocked else { return false }
        if isStageFull {
            output.tookShare(mostBytes: server.limits.stageBytes)
        } else {
            output.tookEverything()
        }
        return isStageFull
    }

    /// Puts frames into the stage, and the stage into records. True when the stage had no room for all
    /// of them.
    @discardableResult
    func flushIntoCiphertext() -> Bool {
        let buffers = server.buffers
        buffers.stageCount = 0
        buffers.stageLimit = min(output.shareBytes, server.limits.stageBytes)
        var outcome = StageOutcome.everything
        let isGood = run { session in
            outcome = session.fillStage()
            return outcome != .broken
        }
        guard isGood else { return false }
        guard encrypt() else {
            close(.connectionLost)
            return false
        }
        return outcome == .full
    }

    /// Encrypts the stage into records.
    private func encrypt() -> Bool {
        let buffers = server.buffers
        guard buffers.stageCount > 0 else { return true }
        guard let ssl = unsafe ssl, let records else {
            return unsafe buffers.appendToCiphertext(buffers.stage, count: buffers.stageCount)
        }
        // The library goes first when it has to announce new keys.
        if records.isSealing, unsafe SSL_get_key_update_type(ssl) == SSL_KEY_UPDATE_NONE {
            return unsafe records.writeApplicationData(buffers.stage, count: buffers.stageCount)
        }
        ERR_clear_error()
        return unsafe SSL_write(ssl, buffers.stage, Int32(buffers.stageCount))
            == buffers.stageCount
    }

    /// Sends the records that the library has written; keeps what the socket refuses.
    func transmit() {
        let buffers = server.buffers
        let count = buffers.ciphertextCount
        buffers.ciphertextCount = 0
        guard count > 0, !isClosed else { return }
        guard !isBlocked else {
            // Only the library's own answers (key updates, alerts) come here, and there are few of them.
            changeOutput { unsafe $0.wait(buffers.ciphertext, count: count) }
            if output.remainderBytes > 2 * buffers.ciphertextCapacity { close(.connectionLost) }
            return
        }
        let sent = unsafe sendNow(buffers.ciphertext, count)
        guard let sent else { return close(.connectionLost) }
        output.took(sent)
        guard sent < count else { return }
        changeOutput {
            unsafe $0.refused(
                buffers.ciphertext + sent, count: count - sent, nowMs: server.loop.nowMs)
        }
        updateInterest()
        ensureCheck(afterMs: server.limits.progressMs)
    }

    /// Changes it outside of the connection: in place, every look at it would be checked for overlapping
    /// with that, and almost all of them find nothing refused.
    private func changeOutput(_ body: (inout SocketOutput) -> Void) {
        var changed = output
        body(&changed)
        output = changed
    }

    private func sendRemainder() {
        var isGood = true
        var takenBytes = 0
        var retried = output
        unsafe retried.retry { bytes in
            guard let base = bytes.baseAddress,
                let sent = unsafe sendNow(base, bytes.count)
            else {
                isGood = false
                return 0
            }
            takenBytes = sent
            return sent
        }
        guard isGood else { return close(.connectionLost) }
        retried.took(takenBytes)
        output = retried
        guard !isBlocked else { return }
        updateInterest()
        if case .lingering = phase { endOutput() }
    }

    /// How many bytes the socket took; nil when it is broken.
    private func sendNow(_ bytes: UnsafeRawPointer, _ count: Int) -> Int? {
        while true {
            let sent = unsafe send(
                descriptor.raw, bytes, count,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            if sent >= 0 {
                server.counters.counts.bytesSent += UInt64(sent)
                return sent
            }
            let code = weir_errno()
            if code == EAGAIN { return 0 }
            if code != EINTR { return nil }
        }
    }
}
