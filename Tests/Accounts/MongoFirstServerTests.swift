// What the first server has left in a database: it is taken over in place, and nothing of it is lost.

import StreamState
import Testing

@testable import Accounts

@Suite struct MongoFirstServerTests {
    private static let id: [UInt8] = [0x65, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    private static let createdAtMs: UInt64 = 0x6500_0000 * 1_000

    /// A database in which others have been before Weir.
    private func used(
        _ documents: [BSONDocument]
    ) throws -> (store: MongoStore, users: MongoCollection) {
        let store = try MongoStore(uri: MongoTestServer.shared.get().freshDatabase())
        for document in documents { try store.users.insert(document) }
        return (store, store.users)
    }

    private func bob(_ more: BSONDocument = [:]) -> BSONDocument {
        var bob: BSONDocument = [
            "_id": .objectID(Self.id), "username": .string("bob"), "password": .string("secret"),
        ]
        for field in more.fields { bob.append(field.name, field.value) }
        return bob
    }

    @Test("its users are there, before and after they are completed")
    func users() throws {
        let (store, users) = try used([bob()])
        let name = try StreamName("bob")
        let expected = UserRecord(
            id: UserID(bytes: Self.id), name: name, password: "secret", isDisabled: false,
            createdAtMs: Self.createdAtMs, streamKey: nil)
        #expect(try store.user(named: name) == expected)
        try store.prepare()
        #expect(try store.user(named: name) == expected)
        let stored = try #require(try users.first([:]))
        #expect(stored["createdAt"] == .date(Self.createdAtMs))
        #expect(stored["disabled"] == .bool(false))
        #expect(stored["streams"] == .array([]))
        #expect(stored["files"] == .array([]))
        #expect(stored["schema"]?.integer == 1)
        #expect(throws: StoreError.nameTaken) { try store.insert(.sample("bob")) }
    }

    @Test("what it kept in streams and files stays, beside Weir's broadcasts")
    func kept() throws {
        let old: [BSONValue] = [
            .string("first.webm"), .document(["id": .int32(7), "start": .string("then")]),
        ]
        let files: BSONValue = .array([.document(["path": .string("a.webm")])])
        let (store, users) = try used([bob(["streams": .array(old), "files": files])])
        try store.prepare()
        let name = try StreamName("bob")
        for number in 0..<5 {
            #expect(try store.record(.sample(number), of: name, limit: 2))
        }
        let id = UserID(bytes: Self.id)
        #expect(try store.broadcasts(of: id, limit: 9) == [.sample(4), .sample(3)])
        let stored = try #require(try users.first([:]))
        #expect(stored["files"] == files)
        #expect(stored["streams"]?.array?.prefix(2) == old[...])
        #expect(stored["streams"]?.array?.count == 4)
    }

    @Test(
        "streams that are no list become the first entry of one",
        arguments: [
            BSONValue.string("one"), .document(["a": .int32(1)]), .int32(3), .binary([1, 2]),
            .other(type: BSONType.timestamp, bytes: [1, 0, 0, 0, 2, 0, 0, 0]),
        ])
    func noList(streams: BSONValue) throws {
        let (store, users) = try used([bob(["streams": streams])])
        try store.prepare()
        #expect(try store.record(.sample(1), of: StreamName("bob"), limit: 2))
        let stored = try #require(try users.first([:])?["streams"]?.array)
        #expect(stored == [streams, .document(BroadcastRecord.sample(1).document)])
    }

    @Test("users whose names Weir would not give are left alone and not listed")
    func otherNames() throws {
        let others: [BSONDocument] = [
            ["username": .string("Alice")], ["username": .string("a b")],
            ["username": .string("admin")], ["username": .int32(5)], ["username": .string("")],
            ["name": .string("nobody")], ["name": .string("nobody else")],
            ["_id": .string("carl"), "username": .string("carl")],
        ]
        let (store, users) = try used([bob()] + others)
        try store.prepare()
        try store.insert(.sample("zoe"))
        #expect(try store.users(after: nil, limit: 2).map(\.name.text) == ["bob", "zoe"])
        #expect(try store.users(after: nil, limit: 1).map(\.name.text) == ["bob"])
        #expect(try store.users(after: StreamName("bob"), limit: 1).map(\.name.text) == ["zoe"])
        #expect(try store.user(named: StreamName("alice")) == nil)
        #expect(try users.find([:], limit: 100).count == others.count + 2)
    }

    @Test("two users of one name are for people to sort out")
    func twice() throws {
        let (store, _) = try used([
            bob(), ["username": .string("bob"), "password": .string("other")],
        ])
        do throws(StoreError) {
            try store.prepare()
            Issue.record("names would not be unique")
        } catch {
            guard case .unusable(let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(reason.contains("username"))
        }
    }

    @Test("a unique index on the name that is there already will do, another will not")
    func otherIndexes() throws {
        for isUnique in [true, false] {
            let (store, users) = try used([bob()])
            _ = try users.connections.run(
                .write,
                [
                    "createIndexes": .string("users"),
                    "indexes": .array([
                        .document([
                            "key": .document(["username": .int32(1)]),
                            "name": .string("username_1"), "unique": .bool(isUnique),
                        ])
                    ]),
                ])
            if isUnique {
                try store.prepare()
            } else {
                #expect(throws: StoreError.self) { try store.prepare() }
            }
        }
    }

    @Test(
        "a newer generation of the schema is refused, by prepare and by check, a newer version is not"
    )
    func newer() throws {
        let (store, _) = try used([])
        try store.prepare()
        let weir = MongoCollection(name: "weir", connections: store.users.connections)
        try weir.updateOne(
            ["_id": .string("schema")], ["$set": .document(["version": .int32(2)])])
        try store.prepare()
        try store.check()
        try weir.updateOne(
            ["_id": .string("schema")], ["$set": .document(["version": .int32(1_001)])])
        for ask in [store.prepare, store.check] {
            do throws(StoreError) {
                try ask()
                Issue.record("it is newer")
            } catch {
                guard case .unusable = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }
    }

    @Test("what was dropped under a running server is made anew")
    func dropped() throws {
        let (store, users) = try used([])
        try store.prepare()
        for name in ["users", "weir"] {
            _ = try users.connections.run(.write, ["drop": .string(name)])
        }
        try store.check()
        try store.insert(.sample("bob"))
        #expect(throws: StoreError.nameTaken) { try store.insert(.sample("bob")) }
    }
}
