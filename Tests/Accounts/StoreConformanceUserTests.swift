// What every store does with users.

import Channel
import StreamState
import Testing
import Text

@testable import Accounts

@Suite struct StoreConformanceUserTests {
    @Test("an empty store has nobody", arguments: StoreKind.all)
    func empty(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        try store.check()
        #expect(try store.user(named: StreamName("nobody")) == nil)
        #expect(try store.user(withStreamKey: .random()) == nil)
        #expect(try store.users(after: nil, limit: 10) == [])
        #expect(try store.setPassword("x", replacing: nil, of: .random()) == false)
        #expect(try store.setStreamKey(nil, of: .random()) == false)
        #expect(try store.setDisabled(true, of: .random()) == false)
        #expect(try store.setWords(.none, of: .random()) == false)
        #expect(try store.setProfile(.none, of: .random()) == false)
        #expect(try store.setPicture(nil, of: .random()) == false)
        #expect(try store.setPicture(.sample(), of: .random()) == false)
        #expect(try store.picture(of: .random()) == nil)
        #expect(try store.remove(user: .random()) == false)
    }

    @Test("prepare may be called again, and changes nothing then", arguments: StoreKind.all)
    func prepareAgain(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        try store.prepare()
        let other = try place.openPrepared()
        #expect(try store.user(named: bob.name) == bob)
        #expect(try other.user(named: bob.name) == bob)
    }

    @Test("stores that are prepared at once all work", arguments: StoreKind.all)
    func prepareAtOnce(kind: StoreKind) throws {
        let place = try kind.makePlace()
        let stores = try (0..<6).map { _ in try place.open() }
        let outcomes = onThreads(stores.count) { index in
            try stores[index].prepare()
            try stores[index].insert(.sample("user\(index)"))
        }
        for outcome in outcomes { #expect(throws: Never.self) { try outcome.get() } }
        #expect(try stores[0].users(after: nil, limit: 10).count == stores.count)
    }

    @Test("what a channel says is kept, and changed", arguments: StoreKind.all)
    func channel(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        let (words, profile) = (try BroadcastWords.sample(), try Profile.sample())
        #expect(try store.setWords(words, of: bob.id))
        #expect(try store.setProfile(profile, of: bob.id))
        for other in [store, try place.openPrepared()] {
            let found = try other.user(named: bob.name)
            #expect(found?.words == words)
            #expect(found?.profile == profile)
        }
        #expect(try store.setWords(.none, of: bob.id))
        #expect(try store.user(named: bob.name)?.words == BroadcastWords.none)
    }

    @Test("a picture is kept, replaced, removed, and goes with its user", arguments: StoreKind.all)
    func picture(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        #expect(try store.picture(of: bob.id) == nil)
        for picture in [PictureRecord.sample(1), .sample(2, bytes: 256 * 1_024), nil, .sample(3)] {
            #expect(try store.setPicture(picture, of: bob.id))
            for other in [store, try place.openPrepared()] {
                #expect(try other.picture(of: bob.id) == picture)
                #expect(try other.user(named: bob.name)?.pictureTag == picture?.tag)
            }
        }
        // Changes of the rest leave it alone.
        #expect(try store.setProfile(.sample(), of: bob.id))
        #expect(try store.user(named: bob.name)?.pictureTag == PictureRecord.sample(3).tag)
        #expect(try store.remove(user: bob.id))
        #expect(try store.picture(of: bob.id) == nil)
        // One that comes for somebody who is gone does not stay either.
        #expect(try store.setPicture(.sample(), of: bob.id) == false)
        #expect(try store.picture(of: bob.id) == nil)
    }

    @Test("a user is found again, every field as it was", arguments: StoreKind.all)
    func everyField(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let key = StreamKeyRecord(digest: .random(), createdAtMs: testNowMs + 1)
        var users = [
            try UserRecord.sample("bob"), try .sample("alice", streamKey: key),
            try .sample("a-b_c", password: "what's \"this\"; -- $set {}, \u{1F600}, \\"),
            try .sample("empty", password: ""),
        ]
        users[2].isDisabled = true
        users[3].createdAtMs = 0
        users[0].words = try .sample()
        users[1].profile = try .sample()
        for user in users { try store.insert(user) }
        for other in [store, try place.openPrepared()] {
            for user in users { #expect(try other.user(named: user.name) == user) }
            #expect(try other.user(withStreamKey: key.digest) == users[1])
            #expect(try other.user(withStreamKey: .random()) == nil)
        }
    }

    @Test("a name is taken once", arguments: StoreKind.all)
    func nameTaken(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let first = try UserRecord.sample("bob")
        try store.insert(first)
        for other in [store, try place.openPrepared()] {
            #expect(throws: StoreError.nameTaken) { try other.insert(.sample("bob")) }
            #expect(throws: StoreError.nameTaken) { try other.insert(.sample("BOB")) }
        }
        #expect(try store.user(named: first.name) == first)
        #expect(try store.users(after: nil, limit: 10) == [first])
    }

    @Test("of many who want a name at once, exactly one gets it", arguments: StoreKind.all)
    func race(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let stores = [store, try place.openPrepared()]
        let wanted = (0..<10).map { "name\($0)" }
        let outcomes = onThreads(8) { index in
            try wanted.map { name -> UserID? in
                let user = try UserRecord.sample(name)
                do throws(StoreError) {
                    try stores[index % 2].insert(user)
                    return user.id
                } catch .nameTaken { return nil }
            }
        }
        let winners = try outcomes.map { try $0.get() }
        for (position, name) in wanted.enumerated() {
            let ids = winners.compactMap { $0[position] }
            #expect(ids.count == 1)
            #expect(try store.user(named: StreamName(name))?.id == ids.first)
        }
    }

    @Test("users are listed by name, page by page", arguments: StoreKind.all)
    func pages(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let names = ["abc", "ab-", "ab0", "ab_", "abcd", "zed", "0ab", "m11", "m2222"]
        for name in names { try store.insert(.sample(name)) }
        var found: [String] = []
        var last: StreamName?
        while true {
            let page = try store.users(after: last, limit: 2)
            #expect(page.count <= 2)
            guard let end = page.last else { break }
            found += page.map(\.name.text)
            last = end.name
        }
        // By bytes, as Swift compares ASCII.
        #expect(found == names.sorted())
        #expect(try store.users(after: StreamName("ab5"), limit: 1).map(\.name.text) == ["ab_"])
    }

    @Test("a password is replaced only if it is still the old one", arguments: StoreKind.all)
    func compareAndSet(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        var bob = try UserRecord.sample("bob", password: "one")
        let eve = try UserRecord.sample("eve", password: "one")
        try store.insert(bob)
        try store.insert(eve)
        #expect(try store.setPassword("two", replacing: "other", of: bob.id) == false)
        #expect(try store.setPassword("two", replacing: "One", of: bob.id) == false)
        #expect(try store.user(named: bob.name) == bob)
        #expect(try store.setPassword("two", replacing: "one", of: bob.id))
        #expect(try store.setPassword("two", replacing: "two", of: bob.id), "the same again is set")
        bob.password = "two"
        #expect(try store.user(named: bob.name) == bob)
        #expect(try store.setPassword("three", replacing: nil, of: bob.id))
        bob.password = "three"
        #expect(try store.user(named: bob.name) == bob)
        #expect(try store.user(named: eve.name) == eve)
    }

    @Test("of many who replace a password at once, exactly one does", arguments: StoreKind.all)
    func compareAndSetRace(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let stores = [store, try place.openPrepared()]
        let bob = try UserRecord.sample("bob", password: "old")
        try store.insert(bob)
        let outcomes = onThreads(8) { index in
            try stores[index % 2].setPassword("new\(index)", replacing: "old", of: bob.id)
        }
        let replaced = try outcomes.map { try $0.get() }
        #expect(replaced.count { $0 } == 1)
        let winner = try #require(replaced.firstIndex(of: true))
        #expect(try store.user(named: bob.name)?.password == "new\(winner)")
    }

    @Test("a stream key is set, replaced and taken away", arguments: StoreKind.all)
    func streamKeys(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        var bob = try UserRecord.sample("bob")
        let eve = try UserRecord.sample("eve")
        try store.insert(bob)
        try store.insert(eve)
        let other = try place.openPrepared()
        #expect(try store.setStreamKey(nil, of: bob.id), "there need be none")
        let keys = (0..<2).map {
            StreamKeyRecord(digest: .random(), createdAtMs: testNowMs + UInt64($0))
        }
        #expect(try store.setStreamKey(keys[0], of: bob.id))
        bob.streamKey = keys[0]
        #expect(try other.user(withStreamKey: keys[0].digest) == bob)
        #expect(try store.setStreamKey(keys[1], of: bob.id))
        bob.streamKey = keys[1]
        #expect(try other.user(withStreamKey: keys[0].digest) == nil)
        #expect(try other.user(withStreamKey: keys[1].digest) == bob)
        #expect(try store.setStreamKey(nil, of: bob.id))
        bob.streamKey = nil
        #expect(try other.user(withStreamKey: keys[1].digest) == nil)
        #expect(try other.user(named: bob.name) == bob)
        #expect(try other.user(named: eve.name) == eve)
    }

    @Test("an account is disabled and enabled", arguments: StoreKind.all)
    func disabled(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let key = StreamKeyRecord(digest: .random(), createdAtMs: testNowMs)
        let bob = try UserRecord.sample("bob", streamKey: key)
        try store.insert(bob)
        let session = SessionRecord.sample(of: bob)
        try store.insert(session, limit: 5)
        let other = try place.openPrepared()
        for isDisabled in [true, true, false] {
            #expect(try store.setDisabled(isDisabled, of: bob.id))
            #expect(try other.user(named: bob.name)?.isDisabled == isDisabled)
            #expect(try other.user(withStreamKey: key.digest)?.isDisabled == isDisabled)
            let found = try other.session(session.id, nowMs: testNowMs)
            #expect(found?.user.isDisabled == isDisabled)
        }
    }

    @Test(
        "with a user goes everything of the user's, and the name is free", arguments: StoreKind.all)
    func removal(kind: StoreKind) throws {
        let (place, store) = try kind.make()
        let key = StreamKeyRecord(digest: .random(), createdAtMs: testNowMs)
        let bob = try UserRecord.sample("bob", streamKey: key)
        let eve = try UserRecord.sample("eve")
        let session = SessionRecord.sample(of: bob)
        let others = SessionRecord.sample(of: eve)
        for user in [bob, eve] {
            try store.insert(user)
            _ = try store.record(.sample(1), of: user.name, limit: 5)
        }
        try store.insert(session, limit: 5)
        try store.insert(others, limit: 5)
        #expect(try store.remove(user: bob.id))
        #expect(try store.remove(user: bob.id) == false)

        let other = try place.openPrepared()
        #expect(try other.user(named: bob.name) == nil)
        #expect(try other.user(withStreamKey: key.digest) == nil)
        #expect(try other.session(session.id, nowMs: testNowMs) == nil)
        #expect(try other.sessions(of: bob.id, nowMs: testNowMs) == [])
        #expect(try other.broadcasts(of: bob.id, limit: 5) == [])

        let successor = try UserRecord.sample("bob")
        try other.insert(successor)
        #expect(try store.user(named: bob.name) == successor)
        #expect(try store.broadcasts(of: successor.id, limit: 5) == [])
        #expect(try store.session(session.id, nowMs: testNowMs) == nil)
        #expect(try store.user(named: eve.name) == eve)
        #expect(try store.session(others.id, nowMs: testNowMs)?.user == eve)
        #expect(try store.broadcasts(of: eve.id, limit: 5) == [.sample(1)])
    }
}
