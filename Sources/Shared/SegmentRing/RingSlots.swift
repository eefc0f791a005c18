// The words of a ring by which workers tell each other who writes and who wants to be woken; each
// worker has a slot. Each word is one 64-bit atomic that every worker may read and write. There is
// no order between two of them.
//
// Sleeping without missing a commit: a reader sets its interest bit, then looks at the entry head
// once more, then sleeps. A writer publishes the entry head, then looks at the interest bits. With
// a sequentially consistent fence between the two steps on both sides, at least one sees the other.

import Synchronization

/// A view of these words; it keeps the mapping alive.
package struct RingSlots {
    /// Slots are bits of 64-bit words.
    package static let count = UInt64.bitWidth

    // Words that every viewer's worker changes are apart from those that the writer changes.
    private static let writerWord = RingLayout.ringWords
    private static let interestedWord = RingLayout.ringWords + 64
    private static let waitingWord = RingLayout.ringWords + 128

    private let mapping: RingMapping

    init(_ mapping: RingMapping) {
        self.mapping = mapping
    }

    // MARK: The writer

    /// The slot of the worker that holds the lease; advisory, since its holder may have died.
    package var writer: Int? {
        let stored = mapping.word(Self.writerWord).load().bits
        return (1...UInt64(Self.count)).contains(stored) ? Int(stored - 1) : nil
    }

    func setWriter(_ slot: Int) {
        mapping.word(Self.writerWord).store(UInt64(checked(slot) + 1))
    }

    /// Only if it is still this one.
    func clearWriter(_ slot: Int) {
        mapping.word(Self.writerWord).replace(UInt64(checked(slot) + 1), with: 0)
    }

    // MARK: Doorbells

    /// Says whether the worker wants its doorbell rung at the next commit. After setting it, look
    /// at the entry head once more before sleeping.
    package func setInterested(_ on: Bool, slot: Int) { set(Self.interestedWord, on, slot) }

    /// The workers to wake after a commit, one bit each.
    package var interested: UInt64 { bits(Self.interestedWord) }

    /// Says whether the worker has a publisher that waits for the lease, or for its chunk's turn.
    package func setWaiting(_ on: Bool, slot: Int) { set(Self.waitingWord, on, slot) }

    /// The workers to wake when the lease is given up or a chunk is done, one bit each.
    package var waiting: UInt64 { bits(Self.waitingWord) }

    /// Forgets everything about a worker that has died, or is about to start in this slot.
    package func release(_ slot: Int) {
        set(Self.interestedWord, false, slot)
        set(Self.waitingWord, false, slot)
        clearWriter(slot)
    }

    private func set(_ offset: Int, _ on: Bool, _ slot: Int) {
        let bit: UInt64 = 1 << UInt64(checked(slot))
        if on {
            mapping.word(offset).insert(bits: bit)
            atomicMemoryFence(ordering: .sequentiallyConsistent)
        } else {
            mapping.word(offset).remove(bits: bit)
        }
    }

    private func bits(_ offset: Int) -> UInt64 {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return mapping.word(offset).load().bits
    }

    private func checked(_ slot: Int) -> Int {
        precondition((0..<Self.count).contains(slot), "a slot is a worker's number")
        return slot
    }
}
