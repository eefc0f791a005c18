// What every store does with sessions.

import Testing

@testable import Accounts

@Suite struct StoreConformanceSessionTests {
    @Test("a session is found again with its user, every field as it was", arguments: StoreKind.all)
    func everyField(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        let session = SessionRecord(
            id: .random(), user: bob.id, createdAtMs: testNowMs, lastSeenAtMs: testNowMs + 1,
            expiresAtMs: testNowMs + 2, address: "2001:db8::1",
            userAgent: "Bröwser's \"finest\"; $1 {} \u{1F600}")
        try store.insert(session, limit: 5)
        for other in [store, try place.openPrepared()] {
            let found = try #require(try other.session(session.id, nowMs: testNowMs))
            #expect(found.session == session)
            #expect(found.user == bob)
            #expect(try other.sessions(of: bob.id, nowMs: testNowMs) == [session])
            #expect(try other.session(.random(), nowMs: testNowMs) == nil)
        }
    }

    @Test("a session ends in the very millisecond it expires", arguments: StoreKind.all)
    func expiry(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        let session = SessionRecord.sample(of: bob)
        try store.insert(session, limit: 5)
        let endMs = session.expiresAtMs
        #expect(try store.session(session.id, nowMs: endMs - 1) != nil)
        #expect(try store.session(session.id, nowMs: endMs) == nil)
        #expect(try store.sessions(of: bob.id, nowMs: endMs - 1) == [session])
        #expect(try store.sessions(of: bob.id, nowMs: endMs) == [])
    }

    @Test("a session in use is prolonged", arguments: StoreKind.all)
    func touch(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        var session = SessionRecord.sample(of: bob)
        let untouched = SessionRecord.sample(of: bob)
        try store.insert(session, limit: 5)
        try store.insert(untouched, limit: 5)
        session.lastSeenAtMs += 7_000
        session.expiresAtMs += 7_000
        for _ in 0..<2 {
            let wasThere = try store.touch(
                session: session.id, lastSeenAtMs: session.lastSeenAtMs,
                expiresAtMs: session.expiresAtMs)
            #expect(wasThere)
        }
        let other = try place.openPrepared()
        #expect(try other.session(session.id, nowMs: testNowMs)?.session == session)
        #expect(try other.session(untouched.id, nowMs: testNowMs)?.session == untouched)
        let isThere = try store.touch(session: .random(), lastSeenAtMs: 1, expiresAtMs: 2)
        #expect(!isThere)
    }

    @Test(
        "sessions are listed, the one seen last first, and only the user's",
        arguments: StoreKind.all)
    func order(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let bob = try UserRecord.sample("bob")
        let eve = try UserRecord.sample("eve")
        try store.insert(bob)
        try store.insert(eve)
        var sessions = (0..<4).map { SessionRecord.sample(of: bob, number: $0) }
        for session in sessions { try store.insert(session, limit: 10) }
        try store.insert(.sample(of: eve), limit: 10)
        sessions[1].lastSeenAtMs = testNowMs + 100_000
        _ = try store.touch(
            session: sessions[1].id, lastSeenAtMs: sessions[1].lastSeenAtMs,
            expiresAtMs: sessions[1].expiresAtMs)
        let listed = try store.sessions(of: bob.id, nowMs: testNowMs)
        #expect(listed == [sessions[1], sessions[3], sessions[2], sessions[0]])
    }

    @Test("beyond the limit the oldest session goes, never the new one", arguments: StoreKind.all)
    func limit(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let bob = try UserRecord.sample("bob")
        let eve = try UserRecord.sample("eve")
        try store.insert(bob)
        try store.insert(eve)
        let others = SessionRecord.sample(of: eve)
        try store.insert(others, limit: 3)
        let sessions = (0..<5).map { SessionRecord.sample(of: bob, number: $0) }
        for session in sessions { try store.insert(session, limit: 3) }
        let kept = try place.openPrepared().sessions(of: bob.id, nowMs: testNowMs)
        #expect(kept == [sessions[4], sessions[3], sessions[2]])

        // Begun by a node whose clock is behind: it is older than all others, and stays.
        var behind = SessionRecord.sample(of: bob)
        behind.createdAtMs = testNowMs - 5_000
        try store.insert(behind, limit: 3)
        #expect(try store.session(behind.id, nowMs: testNowMs) != nil)
        #expect(try store.sessions(of: bob.id, nowMs: testNowMs).count == 3)
        #expect(try store.session(others.id, nowMs: testNowMs) != nil)
    }

    @Test("the limit holds for sessions that begin at once", arguments: StoreKind.all)
    func limitAtOnce(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let stores = [store, try place.openPrepared()]
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        let outcomes = onThreads(4) { index in
            for round in 0..<5 {
                try stores[index % 2].insert(.sample(of: bob, number: round * 4 + index), limit: 3)
            }
        }
        for outcome in outcomes { #expect(throws: Never.self) { try outcome.get() } }
        // Those that came last at once may have passed over each other; the next one tidies up.
        try store.insert(.sample(of: bob, number: 100), limit: 3)
        #expect(try store.sessions(of: bob.id, nowMs: testNowMs).count == 3)
    }

    @Test("a session is ended by its user only", arguments: StoreKind.all)
    func removal(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let bob = try UserRecord.sample("bob")
        let eve = try UserRecord.sample("eve")
        try store.insert(bob)
        try store.insert(eve)
        let session = SessionRecord.sample(of: bob)
        try store.insert(session, limit: 5)
        #expect(try store.remove(session: session.id, of: eve.id) == false)
        #expect(try store.session(session.id, nowMs: testNowMs) != nil)
        #expect(try store.remove(session: session.id, of: bob.id))
        #expect(try store.remove(session: session.id, of: bob.id) == false)
        #expect(try place.openPrepared().session(session.id, nowMs: testNowMs) == nil)
    }

    @Test("all sessions but one are ended, or all", arguments: StoreKind.all)
    func removalOfAll(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let bob = try UserRecord.sample("bob")
        let eve = try UserRecord.sample("eve")
        try store.insert(bob)
        try store.insert(eve)
        let sessions = (0..<4).map { SessionRecord.sample(of: bob, number: $0) }
        for session in sessions { try store.insert(session, limit: 10) }
        let others = SessionRecord.sample(of: eve)
        try store.insert(others, limit: 10)
        #expect(try store.removeSessions(of: bob.id, except: sessions[2].id) == 3)
        #expect(try store.sessions(of: bob.id, nowMs: testNowMs) == [sessions[2]])
        #expect(try store.removeSessions(of: bob.id, except: others.id) == 1)
        #expect(try store.removeSessions(of: bob.id, except: nil) == 0)
        #expect(try store.sessions(of: bob.id, nowMs: testNowMs) == [])
        #expect(try store.sessions(of: eve.id, nowMs: testNowMs) == [others])
    }

    @Test("a session of a user who is gone is nobody's", arguments: StoreKind.all)
    func orphan(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let bob = try UserRecord.sample("bob")
        let session = SessionRecord.sample(of: bob)
        // Bob was removed while he signed in.
        try store.insert(session, limit: 5)
        #expect(try store.session(session.id, nowMs: testNowMs) == nil)
    }

    @Test("what has expired is cleared away, and nothing else", arguments: StoreKind.all)
    func clearing(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        var short = SessionRecord.sample(of: bob)
        short.expiresAtMs = testNowMs + 10
        let long = SessionRecord.sample(of: bob)
        try store.insert(short, limit: 5)
        try store.insert(long, limit: 5)
        _ = try store.countAttempt("short", nowMs: testNowMs, windowMs: 10)
        _ = try store.countAttempt("long", nowMs: testNowMs, windowMs: 1_000)
        try store.removeExpired(nowMs: testNowMs + 10)
        // Asked for a time when neither had expired, so that only what is gone is missing.
        #expect(try store.sessions(of: bob.id, nowMs: testNowMs) == [long])
        #expect(try store.countAttempt("short", nowMs: testNowMs, windowMs: 10).count == 1)
        #expect(try store.countAttempt("long", nowMs: testNowMs, windowMs: 1_000).count == 2)
    }
}
