// Numbers that go on for a name although its ring is replaced. Pure values, within the bounds of
// UntrustedNumber's counts.

/// The numbers with which a ring begins. Who makes a ring in the place of another one hands them on, so that
/// what was published under such a number under that name never means anything else.
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

    /// Of a ring that replaces the one which has got as far as these numbers: its media does not continue
    /// what was before.
    package var afterDiscontinuity: RingOrdinals {
        RingOrdinals(segment: segment, discontinuity: discontinuity + 1)
    }
}
