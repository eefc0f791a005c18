// One end of the channel between a supervisor and its successor (or predecessor). Messages go out in
// order, and wait here while the other end has no room. One thread owns it: that of the supervisor's loop.

import LinuxIO

final class HandoverChannel {
    /// A message, and what came with it.
    struct Arrival {
        let message: HandoverMessage
        let descriptor: PassedDescriptor?
    }

    private enum Outgoing {
        case message([UInt8])
        /// The descriptor is kept alive by whoever asked to send it.
        case passing([UInt8], Int32)
    }

    let socket: ControlSocket
    private var unsent: [Outgoing] = []
    private weak var loop: EventLoop?
    private var registration: Registration?
    private var handle: ((Arrival) -> Void)?
    private var ended: (() -> Void)?

    init(_ socket: ControlSocket) {
        self.socket = socket
    }

    /// Listens from now on. `ended` is called once, when the other end is gone.
    func start(
        on loop: EventLoop, handle: @escaping (Arrival) -> Void,
        ended: @escaping () -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.handle = handle
        self.ended = ended
        registration = try loop.add(
            socket.raw, interest: .readable, isUrgent: true,
            handler: ReadinessAction { [weak self] readiness in
                if readiness.contains(.writable) { self?.flush() }
                self?.receive()
            })
        flush()
    }

    /// Forgets the channel without a word.
    func close() {
        if let registration { loop?.remove(registration) }
        registration = nil
        handle = nil
        ended = nil
    }

    // MARK: Sending

    func send(_ message: HandoverMessage) {
        unsent.append(.message(message.encoded))
        flush()
    }

    /// Sends a message with a descriptor, which has to stay open until `close`.
    func send(_ message: HandoverMessage, passing raw: Int32) {
        unsent.append(.passing(message.encoded, raw))
        flush()
    }

    private func flush() {
        do throws(SystemError) {
            while let next = unsent.first {
                let isSent =
                    switch next {
                    case .message(let bytes): try socket.send(bytes)
                    case .passing(let bytes, let raw): try socket.send(bytes, passing: raw)
                    }
                guard isSent else { break }
                unsent.removeFirst()
            }
        } catch {
            // The end is read as well.
            unsent.removeAll()
        }
        guard let registration else { return }
        loop?.modify(
            registration, interest: unsent.isEmpty ? .readable : [.readable, .writable])
    }

    // MARK: Receiving

    /// Takes in what has come.
    func receive() {
        while registration != nil {
            do throws(SystemError) {
                switch try socket.receive(limitBytes: HandoverMessage.longestBytes) {
                case .wouldBlock: return
                case .closed: return end()
                case .message(let datagram, let descriptor):
                    // What a newer build says in addition does not concern this one.
                    guard let message = HandoverMessage(decoding: datagram) else { continue }
                    handle?(Arrival(message: message, descriptor: PassedDescriptor(descriptor)))
                }
            } catch {
                return end()
            }
        }
    }

    private func end() {
        let ended = self.ended
        close()
        ended?()
    }

    /// Waits for the next message, before there is a loop. Nil: it did not come in time, or the other end
    /// is gone.
    func waitForMessage(timeoutMs: UInt64) -> Arrival? {
        let deadlineMs = MonotonicClock.nowMs() + timeoutMs
        while true {
            let nowMs = MonotonicClock.nowMs()
            guard nowMs < deadlineMs, socket.waitUntilReadable(timeoutMs: deadlineMs - nowMs),
                let received = try? socket.receive(limitBytes: HandoverMessage.longestBytes)
            else { return nil }
            switch consume received {
            case .wouldBlock: continue
            case .closed: return nil
            case .message(let datagram, let descriptor):
                guard let message = HandoverMessage(decoding: datagram) else { continue }
                return Arrival(message: message, descriptor: PassedDescriptor(descriptor))
            }
        }
    }
}
