// What is particular to accounts in a SQLite file: the file, its rights, its versions, its loss.

import Foundation
import StreamState
import Testing

@testable import Accounts

@Suite struct SQLiteStoreTests {
    let place: SQLiteFolder

    init() throws { place = try SQLiteFolder() }

    // MARK: The file

    @Test("a new file is for its owner only, and so is what lies beside it")
    func rights() throws {
        let old = umask(0)
        defer { umask(old) }
        let store = try place.openPrepared()
        try store.insert(.sample("bob"))
        let names = try FileManager.default.contentsOfDirectory(atPath: place.folder.path).sorted()
        #expect(names == ["accounts.sqlite", "accounts.sqlite-shm", "accounts.sqlite-wal"])
        for name in names {
            var status = stat()
            #expect(stat(place.folder.appendingPathComponent(name).path, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o600, "\(name)")
        }
    }

    @Test("opening nothing makes nothing")
    func lazy() throws {
        let store = SQLiteStore(path: place.path)
        #expect(unavailable { try store.check() })
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder.path) == [])
    }

    @Test("what was acknowledged is synchronised, and files of users are kept as JSON")
    func pragmas() throws {
        let store = try place.openPrepared()
        try store.insert(.sample("bob"))
        let files = try place.sql("SELECT count(*) FROM users WHERE files = '[]'")
        #expect(files == [1])
        let connection = try SQLiteConnection(path: place.path, schema: .today)
        let synchronous = try connection.rows("PRAGMA synchronous") { row throws(StoreError) in
            row.integer(0)
        }
        #expect(synchronous == [2])
    }

    @Test("a broadcast's duration stands beside it")
    func duration() throws {
        let store = try place.openPrepared()
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        _ = try store.record(.sample(1), of: bob.name, limit: 5)
        #expect(try place.sql("SELECT duration_ms FROM streams") == [5_000])
    }

    // MARK: What cannot be used

    @Test("a missing folder makes it unavailable, until there is one")
    func noFolder() throws {
        let folder = place.folder.appendingPathComponent("missing")
        let store = SQLiteStore(path: folder.appendingPathComponent("a.sqlite").path)
        #expect(unavailable { try store.prepare() })
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try store.prepare()
        try store.insert(.sample("bob"))
    }

    @Test("a file that is no database is unusable, and left alone")
    func noDatabase() throws {
        let text = Data(String(repeating: "no database\n", count: 1_000).utf8)
        try text.write(to: URL(fileURLWithPath: place.path))
        #expect(unusable { try SQLiteStore(path: place.path).prepare() })
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)) == text)
    }

    @Test("somebody else's database is unusable, and left alone")
    func foreign() throws {
        #expect(FileManager.default.createFile(atPath: place.path, contents: nil))
        try place.sql("CREATE TABLE birds (name)", "INSERT INTO birds VALUES (1)")
        let before = try Data(contentsOf: URL(fileURLWithPath: place.path))
        #expect(unusable { try SQLiteStore(path: place.path).prepare() })
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)) == before)
    }

    @Test("a damaged file is unusable, and does not bring us down")
    func damaged() throws {
        do {
            let store = try place.openPrepared()
            for number in 0..<200 { try store.insert(.sample("user\(number)")) }
        }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: place.path))
        let bytes = try file.seekToEnd()
        // The first page, with the schema, stays.
        try file.seek(toOffset: 4_096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: Int(bytes) - 4_096))
        try file.close()
        let store = SQLiteStore(path: place.path)
        #expect(
            unusable {
                try store.prepare()
                _ = try store.users(after: nil, limit: 1_000)
            })
    }

    @Test("a file that may not be written is told so before anybody signs up")
    func readOnly() throws {
        do { try place.openPrepared().insert(.sample("bob")) }
        try #require(chmod(place.path, 0o444) == 0)
        let nobody = try StoreTorturer("as-nobody", place.path, "eve")
        // SQLite cannot put its files beside it or cannot write it: either is told.
        #expect([3, 4].contains(nobody.answer()))
    }

    @Test("a full disk makes it unavailable, and room makes it available again")
    func fullDisk() throws {
        #expect(try StoreTorturer("without-room", place.path, "bob").answer() == 3)
        let store = try place.openPrepared()
        #expect(try store.user(named: StreamName("bob-again")) != nil)
    }

    @Test(
        "what passes is unavailable, what stays is unusable",
        arguments: [
            (5, true), (5 | 2 << 8, true), (6, true), (7, true), (10, true), (10 | 3 << 8, true),
            (13, true), (14, true), (15, true), (1, false), (8, false), (11, false), (19, false),
            (26, false),
        ] as [(Int32, Bool)])
    func mapping(code: Int32, passes: Bool) {
        let error = SQLiteFailure.error(code: code, message: "words", path: "/a/path")
        let reason = "/a/path: words (SQLite \(code))"
        #expect(error == (passes ? .unavailable(reason: reason) : .unusable(reason: reason)))
    }

    @Test("a file that somebody keeps locked is unavailable, until it is let go")
    func locked() throws {
        let store = try place.openPrepared()
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        let holder = try SQLiteConnection(path: place.path, schema: .today)
        try holder.execute("BEGIN IMMEDIATE")
        #expect(unavailable { try store.insert(.sample("eve")) })
        #expect(unavailable { try store.check() })
        #expect(try store.user(named: bob.name) == bob, "reading goes on")
        try holder.execute("ROLLBACK")
        try store.insert(.sample("eve"))
        try store.check()
    }

    // MARK: Versions

    @Test("a file of an older version is migrated, and keeps what is in it")
    func migration() throws {
        let bob = try UserRecord.sample("bob")
        do { try place.openPrepared().insert(bob) }
        let next = SQLiteSchema(
            steps: SQLiteSchema.today.steps + [
                ["ALTER TABLE users ADD COLUMN motto TEXT NOT NULL DEFAULT ''"]
            ])
        let stores = (0..<4).map { _ in SQLiteStore(path: place.path, schema: next) }
        for outcome in onThreads(4, { try stores[$0].prepare() }) {
            #expect(throws: Never.self) { try outcome.get() }
        }
        #expect(try stores[0].user(named: bob.name) == bob)
        let connection = try SQLiteConnection(path: place.path, schema: next)
        let version = try connection.rows("PRAGMA user_version") { row throws(StoreError) in
            row.integer(0)
        }
        #expect(version == [Int64(next.steps.count)])
    }

    @Test("a migration that fails leaves the file as it was")
    func migrationFails() throws {
        let bob = try UserRecord.sample("bob")
        do { try place.openPrepared().insert(bob) }
        let next = SQLiteSchema(
            steps: SQLiteSchema.today.steps + [["DELETE FROM users", "DELETE FROM nothing"]])
        #expect(unusable { try SQLiteStore(path: place.path, schema: next).prepare() })
        #expect(try place.openPrepared().user(named: bob.name) == bob)
    }

    @Test("an older version goes on with a file to which a newer one has added something")
    func addedTo() throws {
        let next = SQLiteSchema(
            steps: SQLiteSchema.today.steps,
            additions: [
                SQLiteSchema.Addition(
                    table: "users", column: "motto",
                    statement: "ALTER TABLE users ADD COLUMN motto TEXT NOT NULL DEFAULT ''")
            ])
        let older = try place.openPrepared()
        // Twice: what is there is not added again.
        for _ in 0..<2 { try SQLiteStore(path: place.path, schema: next).prepare() }
        #expect(try place.sql("SELECT count(motto) FROM users") == [0])
        for store in [older, try place.openPrepared()] {
            let user = try UserRecord.sample(store === older ? "bob" : "anna")
            try store.insert(user)
            try store.check()
            #expect(try older.user(named: user.name) == user)
        }
    }

    @Test("a file from before words gets them, and that older version can still use it")
    func fromBeforeWords() throws {
        try SQLiteStore(path: place.path, schema: SQLiteSchema(steps: SQLiteSchema.today.steps))
            .prepare()
        let today = try place.openPrepared()
        // The first version with two steps takes no file with more.
        #expect(try place.sql("PRAGMA user_version") == [2])
        try place.sql(
            "INSERT INTO users (id, username, password, disabled, created_at_ms) "
                + "VALUES (x'0102030405060708090a0b0c', 'amy', 'p', 0, 1)")
        let amy = try #require(try today.user(named: StreamName("amy")))
        #expect(amy.words.title.isEmpty && amy.pictureTag == nil)
    }

    @Test("a file of a newer generation is unusable, and left alone")
    func newer() throws {
        let bob = try UserRecord.sample("bob")
        do { try place.openPrepared().insert(bob) }
        let version = SQLiteSchema.today.steps.count
        try place.sql("PRAGMA user_version = \(version + 1_000)")
        #expect(unusable { try SQLiteStore(path: place.path).prepare() })
        try place.sql("PRAGMA user_version = \(version)")
        #expect(try place.openPrepared().user(named: bob.name) == bob)
    }

    // MARK: Several processes

    @Test("of several processes that want a name, exactly one gets it")
    func processesRace() throws {
        for round in 0..<5 {
            let processes = try (0..<4).map { _ in
                try StoreTorturer("claim", place.path, "name\(round)")
            }
            #expect(processes.map { $0.answer() }.sorted() == [0, 1, 1, 1])
        }
    }

    @Test("what was acknowledged outlives processes that are killed while they write")
    func killed() throws {
        let output = place.folder.appendingPathComponent("acknowledged")
        try Data().write(to: output)
        var said: [Substring] = []
        for round in 0..<3 {
            let wanted = said.count + 60
            let processes = try (0..<3).map { index in
                let handle = try FileHandle(forWritingTo: output)
                // The end of the file for all: their lines must not cover one another.
                _ = fcntl(handle.fileDescriptor, F_SETFL, O_APPEND)
                return try StoreTorturer(
                    "insert", place.path, "r\(round)p\(index)n", output: handle)
            }
            while said.count < wanted {
                try #require(processes.allSatisfy { $0.isRunning })
                said = try String(contentsOf: output, encoding: .utf8).split(separator: "\n")
                usleep(1_000)
            }
            for process in processes { process.kill() }
        }
        said = try String(contentsOf: output, encoding: .utf8).split(separator: "\n")
        let store = try place.openPrepared()
        let users = Set(try store.users(after: nil, limit: .max).map(\.name.text))
        #expect(said.allSatisfy { users.contains(String($0)) })
        #expect(try place.sql("SELECT count(*) FROM pragma_integrity_check WHERE 1") == [1])
    }

    // MARK: Helpers

    private func unavailable(_ body: () throws -> Void) -> Bool {
        do { try body() } catch StoreError.unavailable { return true } catch { return false }
        return false
    }

    private func unusable(_ body: () throws -> Void) -> Bool {
        do { try body() } catch StoreError.unusable { return true } catch { return false }
        return false
    }
}
