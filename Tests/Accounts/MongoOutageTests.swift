// What MongoStore does when its server refuses, hangs, is gone and comes back. No test asserts how long
// something took; that it comes to an end at all, with the error that the contract names, is the test.

import Foundation
import Testing

@testable import Accounts

@Suite struct MongoAddressTests {
    @Test(
        "a URI that libmongoc refuses is refused without its secrets",
        arguments: [
            "mongodb://", "mongodb://weir:s3cret%zz@host/", "mongodb://weir:s3cret@host/?tls=maybe",
            "mysql://weir:s3cret@host/", "mongodb://host/?w=0", "",
            "mongodb://host/?tlsCertificateKeyFilePassword=s3cret&tls=maybe",
            "mongodb://weir:s3cret@host:port/", "mongodb://weir:s3cret@host/\0",
        ])
    func refusal(uri: String) {
        do throws(StoreError) {
            _ = try MongoStore(uri: uri)
            Issue.record("it was accepted")
        } catch {
            guard case .unusable(let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!reason.isEmpty)
            #expect(!reason.contains("s3cret"))
        }
    }

    @Test(
        "the database is the URI's, or weir",
        arguments: [
            ("mongodb://host", "weir"), ("mongodb://host/", "weir"),
            ("mongodb://a:b@host,other/live?replicaSet=one", "live"),
        ])
    func database(uri: String, name: String) throws {
        #expect(try MongoAddress(uri).database == name)
    }
}

@Suite struct MongoRefusalTests {
    @Test("a wrong password is trouble that may pass, and is not told")
    func wrongPassword() throws {
        let facts = try MongoTestServer.shared.get().facts
        let store = try MongoStore(uri: facts.wrongPassword)
        #expect(unavailable { () throws(StoreError) in try store.prepare() } != nil)
        #expect(unavailable { () throws(StoreError) in try store.check() } != nil)
    }

    @Test("without a user, the server's refusal is passed on")
    func anonymous() throws {
        let store = try MongoStore(uri: MongoTestServer.shared.get().facts.anonymous)
        #expect(throws: StoreError.self) { try store.prepare() }
    }

    @Test("a database to which the user has no rights says which role it takes")
    func rights() throws {
        let facts = try MongoTestServer.shared.get().facts
        let uri = facts.uri.replacingOccurrences(of: "/weir?", with: "/others?")
        let store = try MongoStore(uri: uri)
        do throws(StoreError) {
            try store.prepare()
            Issue.record("others' databases are not Weir's")
        } catch {
            guard case .unusable(let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(reason.contains("readWrite"))
        }
    }

    @Test("a certificate of an authority that is not trusted is refused")
    func unknownAuthority() throws {
        let facts = try MongoTestServer.shared.get().facts
        let end = try #require(facts.uri.range(of: "&tlsCAFile="))
        let next = try #require(facts.uri[end.upperBound...].firstIndex(of: "&"))
        let uri = facts.uri.replacingCharacters(in: end.lowerBound..<next, with: "")
        let store = try MongoStore(uri: uri)
        #expect(unavailable { () throws(StoreError) in try store.prepare() } != nil)
    }

    @Test("a server with TLS is not reached without")
    func withoutTLS() throws {
        let port = try MongoTestServer.shared.get().facts.port
        let store = try MongoStore(uri: "mongodb://weir:p@127.0.0.1:\(port)/".escapedPassword)
        #expect(unavailable { () throws(StoreError) in try store.check() } != nil)
    }
}

extension String {
    /// The test's password has an "@" in it.
    fileprivate var escapedPassword: String {
        replacingOccurrences(of: ":p@", with: ":p%40ss%3Aw%2Frd%25@")
    }
}

/// They have a server of their own, which they ill-treat one after the other.
@Suite(.serialized) struct MongoOutageTests {
    private static let server = Result { try MongoTestServer() }

    @Test("a server that hangs is trouble that passes")
    func frozen() throws {
        try outage { server in
            try server.freeze()
        } end: { server in
            try server.thaw()
        }
    }

    @Test("a server that was killed is trouble that passes, and what it acknowledged is there")
    func killed() throws {
        try outage { server in
            try server.kill()
        } end: { server in
            try server.start()
        }
    }

    @Test("a server that ended well is trouble that passes")
    func stopped() throws {
        try outage { server in
            try server.stop()
        } end: { server in
            try server.start()
        }
    }

    @Test("a store that begins while its server is gone works when it is there")
    func late() throws {
        let server = try Self.server.get()
        try server.stop()
        let store = try MongoStore(uri: server.freshDatabase())
        #expect(unavailable { () throws(StoreError) in try store.prepare() } != nil)
        try server.start()
        try untilItWorks { () throws(StoreError) in try store.prepare() }
        try store.insert(.sample("bob"))
    }

    @Test("every user whose insertion was acknowledged survives a kill under load")
    func killedUnderLoad() throws {
        let server = try Self.server.get()
        let store = try MongoStore(uri: server.freshDatabase())
        try store.prepare()
        let acknowledged = Acknowledged()
        let threads = 4
        _ = onThreads(threads + 1) { index in
            if index == threads {
                acknowledged.wait(for: 40)
                try server.kill()
                return
            }
            for number in 0... {
                let user = try UserRecord.sample("user-\(index)-\(number)")
                // Ends the thread when the server is gone.
                try store.insert(user)
                acknowledged.add(user)
            }
        }
        try server.start()
        try untilItWorks { () throws(StoreError) in try store.check() }
        let users = acknowledged.all
        #expect(users.count >= 40)
        for user in users { #expect(try store.user(named: user.name) == user) }
    }

    private func outage(
        _ begin: (MongoTestServer) throws -> Void, end: (MongoTestServer) throws -> Void
    ) throws {
        let server = try Self.server.get()
        let store = try MongoStore(uri: server.freshDatabase())
        try store.prepare()
        let bob = try UserRecord.sample("bob")
        let eve = try UserRecord.sample("eve")
        try store.insert(bob)

        try begin(server)
        // Whatever is found: the next test needs the server.
        var isOver = false
        defer { if !isOver { try? end(server) } }
        let reasons = [
            unavailable { () throws(StoreError) in try store.check() },
            unavailable { () throws(StoreError) in _ = try store.user(named: bob.name) },
            unavailable { () throws(StoreError) in try store.insert(eve) },
        ]
        for reason in reasons {
            let reason = try #require(reason, "it was told that the store is unavailable")
            #expect(!reason.contains("p@ss") && !reason.contains("p%40ss"))
        }

        isOver = true
        try end(server)
        try untilItWorks { () throws(StoreError) in try store.check() }
        #expect(try store.user(named: bob.name) == bob)
        #expect(throws: StoreError.nameTaken) { try store.insert(.sample("bob")) }
    }
}

/// The users that a store said it has. Unchecked: every access is under the condition's lock.
private final class Acknowledged: @unchecked Sendable {
    private let condition = NSCondition()
    private var users: [UserRecord] = []

    func add(_ user: UserRecord) {
        condition.withLock {
            users.append(user)
            condition.broadcast()
        }
    }

    func wait(for count: Int) {
        condition.withLock {
            while users.count < count { condition.wait() }
        }
    }

    var all: [UserRecord] { condition.withLock { users } }
}

/// The reason, when `body` fails so; nil when it fails otherwise, or not at all.
private func unavailable(_ body: () throws(StoreError) -> Void) -> String? {
    do throws(StoreError) {
        try body()
        return nil
    } catch {
        if case .unavailable(let reason) = error { return reason }
        Issue.record("\(error)")
        return nil
    }
}

/// Asks as Weir does, again and again; each question waits for the server by itself.
private func untilItWorks(_ body: () throws(StoreError) -> Void) throws {
    for _ in 0..<20 {
        do throws(StoreError) {
            return try body()
        } catch {
            guard case .unavailable = error else { throw error }
        }
    }
    try body()
}
