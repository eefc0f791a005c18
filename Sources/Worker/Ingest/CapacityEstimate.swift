// How much media a ring holds at the bit rate of what is in it. To work that out takes a search in the
// ring, and it is asked for with every piece that a publisher sends. So it is done anew only when a
// noticeable part of what is in the ring is new. Pure.

struct CapacityEstimate {
    private var capacityMs: UInt64?
    /// Bytes that came since it was worked out,
    private var newBytes = 0
    /// and those in the ring, as far as they were counted here.
    private var heldBytes = 0

    /// One part in so many is not noticed.
    private static let unnoticedPart = 64

    /// Bytes were appended to a ring of that size.
    mutating func appended(_ bytes: Int, ringBytes: Int) {
        newBytes += bytes
        heldBytes = min(heldBytes + bytes, ringBytes)
    }

    /// In milliseconds, as `look` says now or said a moment ago; nil when there is too little to tell.
    mutating func value(_ look: () -> UInt64?) -> UInt64? {
        if capacityMs == nil || newBytes > heldBytes / Self.unnoticedPart {
            capacityMs = look()
            newBytes = 0
        }
        return capacityMs
    }
}
