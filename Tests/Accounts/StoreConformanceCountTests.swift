// What every store does with attempts to sign in and with broadcasts.

import Testing

@testable import Accounts

@Suite struct StoreConformanceCountTests {
    private static let keys = [
        "name:bob", "address:2001:db8::/64", "$a.b'c\"", String(repeating: "k", count: 128),
    ]

    @Test("attempts are counted for each key, and by all stores", arguments: StoreKind.all)
    func counting(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let stores = [store, try place.openPrepared()]
        for count in 1...4 {
            for key in Self.keys {
                let counted = try stores[count % 2].countAttempt(
                    key, nowMs: testNowMs + UInt64(count), windowMs: 1_000)
                // The window begins with the first.
                #expect(
                    counted == AttemptCount(count: count, windowEndsAtMs: testNowMs + 1 + 1_000))
            }
        }
    }

    @Test("a count begins anew when its window is over", arguments: StoreKind.all)
    func window(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let endMs = testNowMs + 1_000
        _ = try store.countAttempt("key", nowMs: testNowMs, windowMs: 1_000)
        #expect(
            try store.countAttempt("key", nowMs: endMs - 1, windowMs: 1_000)
                == AttemptCount(count: 2, windowEndsAtMs: endMs))
        #expect(
            try store.countAttempt("key", nowMs: endMs, windowMs: 1_000)
                == AttemptCount(count: 1, windowEndsAtMs: endMs + 1_000))
    }

    @Test("a count is forgotten", arguments: StoreKind.all)
    func forgetting(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        for _ in 0..<3 { _ = try store.countAttempt("key", nowMs: testNowMs, windowMs: 1_000) }
        _ = try store.countAttempt("other", nowMs: testNowMs, windowMs: 1_000)
        try store.forgetAttempts("key")
        try store.forgetAttempts("never counted")
        #expect(try store.countAttempt("key", nowMs: testNowMs, windowMs: 1_000).count == 1)
        #expect(try store.countAttempt("other", nowMs: testNowMs, windowMs: 1_000).count == 2)
    }

    @Test("an attempt is taken off again, but never below none", arguments: StoreKind.all)
    func discounting(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        try store.discountAttempt("key")
        for _ in 0..<3 { _ = try store.countAttempt("key", nowMs: testNowMs, windowMs: 1_000) }
        _ = try store.countAttempt("other", nowMs: testNowMs, windowMs: 1_000)
        try store.discountAttempt("key")
        #expect(try store.countAttempt("key", nowMs: testNowMs, windowMs: 1_000).count == 3)
        for _ in 0..<5 { try store.discountAttempt("key") }
        #expect(try store.countAttempt("key", nowMs: testNowMs, windowMs: 1_000).count == 1)
        #expect(try store.countAttempt("other", nowMs: testNowMs, windowMs: 1_000).count == 2)
    }

    @Test("attempts at once are all counted", arguments: StoreKind.all)
    func countingAtOnce(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let stores = [store, try place.openPrepared()]
        let outcomes = onThreads(8) { index in
            try (0..<5).map { _ in
                try stores[index % 2].countAttempt("key", nowMs: testNowMs, windowMs: 1_000).count
            }
        }
        let counts = try outcomes.flatMap { try $0.get() }
        #expect(counts.sorted() == Array(1...40))
    }

    @Test("a broadcast is recorded once, however often it is told", arguments: StoreKind.all)
    func broadcasts(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let stores = [store, try place.openPrepared()]
        let bob = try UserRecord.sample("bob")
        let eve = try UserRecord.sample("eve")
        try store.insert(bob)
        try store.insert(eve)
        var retold = BroadcastRecord.sample(1)
        retold.bytes = 7
        for number in [2, 1, 3] {
            #expect(try stores[number % 2].record(.sample(number), of: bob.name, limit: 5))
        }
        #expect(try stores[0].record(retold, of: bob.name, limit: 5))
        #expect(try store.broadcasts(of: bob.id, limit: 5) == [.sample(3), .sample(2), .sample(1)])
        #expect(try store.broadcasts(of: bob.id, limit: 2) == [.sample(3), .sample(2)])
        #expect(try store.broadcasts(of: eve.id, limit: 5) == [])
        #expect(try store.user(named: bob.name) == bob)
        let nobody = try StreamName("nobody")
        #expect(try store.record(.sample(1), of: nobody, limit: 5) == false)
    }

    @Test("a broadcast is recorded once by all who tell it at once", arguments: StoreKind.all)
    func broadcastsAtOnce(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let stores = [store, try place.openPrepared()]
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        let outcomes = onThreads(6) { index in
            try (0..<4).map { number in
                try stores[index % 2].record(.sample(number), of: bob.name, limit: 10)
            }
        }
        for outcome in outcomes { #expect(try outcome.get().allSatisfy { $0 }) }
        #expect(
            try store.broadcasts(of: bob.id, limit: 10)
                == [.sample(3), .sample(2), .sample(1), .sample(0)])
    }

    @Test("beyond the limit the oldest broadcasts go", arguments: StoreKind.all)
    func broadcastLimit(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        for number in [1, 2, 3, 4, 5, 2, 1] {
            #expect(try store.record(.sample(number), of: bob.name, limit: 3))
        }
        #expect(
            try store.broadcasts(of: bob.id, limit: 10) == [.sample(5), .sample(4), .sample(3)])
    }

    @Test("large figures stay what they are", arguments: StoreKind.all)
    func largeFigures(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        let long = BroadcastRecord(
            id: String(repeating: "i", count: 64), startedAtMs: 1, endedAtMs: testNowMs,
            bytes: 1 << 60, peakViewers: 1 << 40)
        #expect(try store.record(long, of: bob.name, limit: 3))
        #expect(try store.broadcasts(of: bob.id, limit: 3) == [long])
    }
}
