// What every store does with attempts to sign in and with broadcasts.

import StreamState
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

    @Test(
        "a count begins anew when its window was begun by a clock that was far ahead",
        arguments: StoreKind.all)
    func clockSetBack(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let aheadMs = testNowMs + 86_400_000
        for _ in 0..<3 { _ = try store.countAttempt("key", nowMs: aheadMs, windowMs: 1_000) }
        #expect(
            try store.countAttempt("key", nowMs: testNowMs, windowMs: 1_000)
                == AttemptCount(count: 1, windowEndsAtMs: testNowMs + 1_000))
        // Clocks of machines that share a store are never quite the same.
        #expect(
            try store.countAttempt("key", nowMs: testNowMs - 500, windowMs: 1_000)
                == AttemptCount(count: 2, windowEndsAtMs: testNowMs + 1_000))
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

    @Test(
        "changes are made in order, up to a count that is over its limit", arguments: StoreKind.all)
    func inOrder(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        func limit(_ key: String, _ count: Int) -> AttemptChange {
            .count(AttemptLimit(key: key, count: count, windowMs: 1_000))
        }
        let changes = [limit("wide", 9), limit("narrow", 1), limit("behind", 9)]
        func counts() throws -> [Int] {
            try store.change(attempts: changes, nowMs: testNowMs).map(\.count)
        }
        #expect(try counts() == [1, 1, 1])
        #expect(try counts() == [2, 2])
        #expect(try store.attempts("behind", nowMs: testNowMs) == 1)
        _ = try store.change(
            attempts: [.forget("narrow"), .discount("wide"), limit("narrow", 1)], nowMs: testNowMs)
        #expect(try store.attempts("narrow", nowMs: testNowMs) == 1)
        #expect(try store.attempts("wide", nowMs: testNowMs) == 1)
        #expect(try store.change(attempts: [], nowMs: testNowMs) == [])
    }

    @Test("a count is read without being changed, until its window ends", arguments: StoreKind.all)
    func reading(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        #expect(try store.attempts("key", nowMs: testNowMs) == 0)
        for _ in 0..<3 { _ = try store.countAttempt("key", nowMs: testNowMs, windowMs: 1_000) }
        for _ in 0..<2 { #expect(try store.attempts("key", nowMs: testNowMs + 999) == 3) }
        #expect(try store.attempts("key", nowMs: testNowMs + 1_000) == 0)
    }

    @Test("all counts are forgotten whose keys begin so", arguments: StoreKind.all)
    func forgettingMany(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let gone = ["name bob from 192.0.2.1", "name bob total", "name bob "]
        let kept = ["name bob", "name bob-b total", "name bobby total", "name al total", "z"]
        for key in gone + kept { _ = try store.countAttempt(key, nowMs: testNowMs, windowMs: 9) }
        try store.forgetAttempts(beginningWith: "name bob ")
        for key in gone { #expect(try store.attempts(key, nowMs: testNowMs) == 0, "\(key)") }
        for key in kept { #expect(try store.attempts(key, nowMs: testNowMs) == 1, "\(key)") }
    }

    @Test("of those who make a secret at once, all get the same", arguments: StoreKind.all)
    func secrets(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let stores = [store, try place.openPrepared()]
        let outcomes = onThreads(6) { index in
            try stores[index % 2].secret("key", orKeep: [UInt8](repeating: UInt8(index), count: 32))
        }
        let secrets = Set(try outcomes.map { try $0.get() })
        #expect(secrets.count == 1)
        let later = try place.openPrepared()
        #expect(try secrets.contains(later.secret("key", orKeep: [UInt8](repeating: 9, count: 32))))
        let other = try later.secret("other", orKeep: [UInt8](repeating: 9, count: 32))
        #expect(other == [UInt8](repeating: 9, count: 32))
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
