// Where a viewer's query says that playback begins.

import SegmentRing
import Testing

@testable import Delivery

private typealias Start = RingCursor.Start

@Suite struct StartQueryTests {
    /// A ring of a minute.
    private static let ringMs: UInt64 = 60_000

    @Test(
        "no start, 0 and -0 are the newest; what else is in a query is passed over",
        arguments: [
            "", "start=0", "start=-0", "start=0.0", "other=1", "x&y=&&z", "starts=-3", "tart=1",
            "start",
        ])
    func newest(query: String) {
        #expect(Start(query: query[...], ringMs: Self.ringMs) == .newest)
    }

    @Test(
        "a negative number of seconds is so far back, and never further than the ring goes",
        arguments: [
            ("start=-3", 3_000), ("a=b&start=-3", 3_000), ("start=-3&x=start%3D-9", 3_000),
            ("start=-0.5", 500), ("start=-.5", 500), ("start=-3.", 3_000),
            ("start=-60", 60_000), ("start=-60.001", 60_000), ("start=-999999", 60_000),
        ] as [(String, UInt64)])
    func rewound(query: String, byMs: UInt64) {
        #expect(Start(query: query[...], ringMs: Self.ringMs) == .rewound(byMs: byMs))
    }

    @Test(
        "what is no such number is refused, and so is one that is there twice",
        arguments: [
            "start=", "start=3", "start=+3", "start=-", "start=--3", "start=-3-", "start=%2D3",
            "start=-1e2", "start=-0x1", "start=nan", "start=-inf", "start=-3s", "start= -3",
            "start=-1000000",
            "start=-99999999999999999999999999", "start=-3&start=-3", "start=-3&start=",
        ])
    func refused(query: String) {
        #expect(Start(query: query[...], ringMs: Self.ringMs) == nil)
    }
}
