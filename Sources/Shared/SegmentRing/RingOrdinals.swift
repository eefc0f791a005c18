// Numbers that continue for a name when its ring is replaced. Pure values, within the bounds of
// UntrustedNumber's counts.

/// The numbers that a ring begins with. A ring that replaces another one continues them, so a
/// number once published under a name never means anything else there.
package struct RingOrdinals: Equatable, Sendable {
    /// Of the first segment (the media sequence number); never 0 in a ring of ours.
    package let segment: UInt64
    /// How many discontinuities came before it.
    package let discontinuity: UInt64

    package init(segment: UInt64, discontinuity: UInt64) {
        self.segment = UntrustedNumber(segment).count
        self.discontinuity = UntrustedNumber(discontinuity).count
    }

    /// Of a name's first ring.
    package static let first = RingOrdinals(segment: 1, discontinuity: 0)

    /// For a ring that replaces one which has got as far as these numbers; its media does not
    /// continue what was before.
    package var afterDiscontinuity: RingOrdinals {
        RingOrdinals(segment: segment, discontinuity: discontinuity + 1)
    }
}
