// The sending half of a connection: frames into the stage, the stage into records, records into the
// socket, all in one turn of bounded size; what the socket refuses waits in the remainder.
//
// The share of a turn follows what the socket takes: it doubles while everything goes and halves
// when something is refused, so that a slow peer's remainder stays small. Sizes in bytes.
//
// Unsafe use: the shared buffers and the SSL object, within one call each. Owner: the loop's
// thread.

import CLinux
import COpenSSL
import Glibc
import LinuxIO

extension Connection {
    /// What a connection may send in its first turn.
    static let firstShareBytes = 64 * 1024
    /// The least per turn: one full TLS record.
    private static let smallestShareBytes = 16 * 1024

    /// There may be something to send: this connection gets its turn.
    func markReady() {
        guard phase == .open else { return }
        queueOutput(isMedia: false)
    }

    /// - Parameter isMedia: whether it is live media, for which others wait.
    func queueOutput(isMedia: Bool) {
        server.turns.add(self, to: isMedia ? .mediaOutput : .output)
    }

    /// One turn of sending: what the socket had refused, and one share behind it.
    func takeOutputTurn() {
        if isBlocked { sendRemainder() }
        // Somebody who takes more than a share is far from the live edge.
        if flush() { queueOutput(isMedia: false) }
    }

    /// At most one share. True when there is more for another turn.
    private func flush() -> Bool {
        guard phase == .open, remainder.isEmpty, let session else { return false }
        let isStageFull = flushIntoCiphertext()
        guard phase == .open else { return false }
        transmit()
        guard phase == .open else { return false }
        if session.isFinished {
            sayGoodbye()
            return false
        }
        guard isStageFull, remainder.isEmpty else {
            if remainder.isEmpty { socketWatch.stop() }
            return false
        }
        shareBytes = min(shareBytes * 2, server.limits.stageBytes)
        return true
    }

    /// Frames into the stage, the stage into records. True when the stage had no room for all of them.
    @discardableResult
    func flushIntoCiphertext() -> Bool {
        guard let session else { return false }
        let buffers = server.buffers
        buffers.stageCount = 0
        buffers.stageLimit = min(shareBytes, server.limits.stageBytes)
        isInsideSession = true
        let outcome = session.fillStage()
        isInsideSession = false
        guard outcome != .broken, !mustClose, encrypt() else {
            close(.connectionLost)
            return false
        }
        return outcome == .full
    }

    /// Makes records of what is in the stage.
    private func encrypt() -> Bool {
        let buffers = server.buffers
        guard buffers.stageCount > 0 else { return true }
        guard let ssl = unsafe ssl else {
            return unsafe buffers.appendToCiphertext(buffers.stage, count: buffers.stageCount)
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
        guard count > 0, phase != .closed else { return }
        guard remainder.isEmpty else {
            // Only the library's own answers (key updates, alerts) come here, and only few of them.
            unsafe remainder.append(buffers.ciphertext, count: count)
            if remainder.count > 2 * buffers.ciphertextCapacity { close(.connectionLost) }
            return
        }
        let sent = unsafe sendNow(buffers.ciphertext, count)
        guard let sent else { return close(.connectionLost) }
        guard sent < count else { return }
        server.counters.sendsBlocked += 1
        shareBytes = max(shareBytes / 2, Self.smallestShareBytes)
        unsafe remainder.append(buffers.ciphertext + sent, count: count - sent)
        socketWatch.begin(movedBytes: socketBytes, nowMs: server.loop.nowMs)
        updateInterest()
        ensureCheck(afterMs: server.limits.progressMs)
    }

    private func sendRemainder() {
        var isGood = true
        unsafe remainder.consume { bytes in
            guard let base = bytes.baseAddress,
                let sent = unsafe sendNow(base, bytes.count)
            else {
                isGood = false
                return 0
            }
            return sent
        }
        guard isGood else { return close(.connectionLost) }
        guard remainder.isEmpty else { return }
        updateInterest()
        if phase == .lingering { endOutput() }
    }

    /// How many bytes the socket took; nil when it is broken.
    private func sendNow(_ bytes: UnsafeRawPointer, _ count: Int) -> Int? {
        while true {
            let sent = unsafe send(
                descriptor.raw, bytes, count,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            if sent >= 0 {
                server.counters.bytesSent += UInt64(sent)
                socketBytes += sent
                return sent
            }
            let code = weir_errno()
            if code == EAGAIN { return 0 }
            if code != EINTR { return nil }
        }
    }
}
