// The words of a ring whose meaning only its owner knows. Every worker may read and write them, and
// the ring keeps them with the media that they belong to. The ring knows one thing about them: the
// first few are times on its clock, so that none of them is in the future when a clock that stood
// still goes on.

/// A view of these words; it keeps the mapping alive.
package struct OwnerWords {
    /// How many words there are, and how many of them are times. Eight are one cache line.
    package static let count =
        (RingLayout.shared + RingLayout.pageBytes - RingLayout.ownerWords) / 8
    package static let times = RingLayout.ownerTimes

    private let mapping: RingMapping

    init(_ mapping: RingMapping) {
        self.mapping = mapping
    }

    package subscript(index: Int) -> MappedWord {
        precondition((0..<Self.count).contains(index))
        return mapping.word(RingLayout.ownerWords + 8 * index)
    }

    /// Times later than this are set to it.
    func limitTimes(toBootMs latestMs: UInt64) {
        for index in 0..<Self.times where self[index].load().timeMs > latestMs {
            self[index].store(latestMs)
        }
    }
}
