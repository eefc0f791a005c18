// An older supervisor, as the one that has replaced it sees it. It keeps its workers until their viewers and
// publishers are done, because only a supervisor of the same build understands them. It says when one of
// them is gone, so that the slot is free again.
//
// One thread owns it: that of the supervisor's loop.

import LinuxIO
import Settings

final class Predecessor {
    let channel: HandoverChannel
    let processID: Int32
    /// The slots of its workers.
    private(set) var slots: [Int]
    private var slotIsGone: ((Int) -> Void)?
    private weak var loop: EventLoop?

    init(_ channel: HandoverChannel, processID: Int32, slots: [Int]) {
        self.channel = channel
        self.processID = processID
        self.slots = slots
    }

    /// Listens from now on.
    /// - Parameters:
    ///   - takeCharge: it takes no more connections.
    ///   - slotIsGone: the worker of that slot is gone.
    ///   - ended: it is gone; all its slots have been told before.
    func start(
        on loop: EventLoop, takeCharge: @escaping () -> Void,
        slotIsGone: @escaping (Int) -> Void, ended: @escaping () -> Void
    ) throws(SystemError) {
        try channel.start(on: loop) { [weak self] arrival in
            switch arrival.message {
            case .takeCharge: takeCharge()
            case .slotIsGone(let slot):
                guard let self, let index = self.slots.firstIndex(of: slot) else { return }
                self.slots.remove(at: index)
                slotIsGone(slot)
            default: break
            }
        } ended: { [weak self] in
            self?.hasEnded()
            ended()
        }
        self.slotIsGone = slotIsGone
        self.loop = loop
    }

    /// It is gone. Its workers go now, and have a moment for that.
    func hasEnded() {
        let slots = self.slots
        self.slots = []
        guard let slotIsGone else { return }
        loop?.schedule(afterMs: Limits.orphanGoneMs) {
            for slot in slots { slotIsGone(slot) }
        }
    }

    /// Has it end what is left.
    func stop(timeoutMs: UInt64) { channel.send(.stop(timeoutMs: timeoutMs)) }
}
