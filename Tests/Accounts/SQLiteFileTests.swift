// What is done to a SQLite file while it is in use, by those who run the server.

import Foundation
import Testing

@testable import Accounts

@Suite struct SQLiteFileTests {
    let place: SQLiteFolder
    private var url: URL { URL(fileURLWithPath: place.path) }

    init() throws { place = try SQLiteFolder() }

    /// What a check finds, in words; nil when all is well.
    private func fault(of store: any AccountStore) -> String? {
        do {
            try store.check()
            return nil
        } catch StoreError.unavailable(let reason), StoreError.unusable(let reason) {
            return reason
        } catch {
            return "\(error)"
        }
    }

    /// A backup with only this user in it.
    private func backup(_ user: UserRecord) throws -> SQLiteFolder {
        let other = try SQLiteFolder()
        try other.openPrepared().insert(user)
        return other
    }

    /// So that all is in the file, and nothing beside it.
    private func checkpoint() throws {
        try place.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// As `cp` does it: the file stays the same one.
    private func overwrite(with bytes: Data) throws {
        let file = try FileHandle(forWritingTo: url)
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: bytes)
        try file.close()
    }

    @Test("a file that is deleted is noticed, and not made anew; back again, it is used again")
    func deleted() throws {
        let store = try place.openPrepared()
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        let aside = place.path + ".aside"
        try #require(rename(place.path, aside) == 0)
        #expect(throws: StoreError.self) { try store.check() }
        #expect(throws: StoreError.self) { try store.insert(.sample("eve")) }
        #expect(throws: StoreError.self) { _ = try store.user(named: bob.name) }
        #expect(!FileManager.default.fileExists(atPath: place.path))
        try #require(rename(aside, place.path) == 0)
        try store.check()
        #expect(try store.user(named: bob.name) == bob)
    }

    @Test("a file that is replaced is noticed, told once, and used from then on")
    func replaced() throws {
        let stores = try (0..<3).map { _ in try place.openPrepared() }
        let bob = try UserRecord.sample("bob")
        let eve = try UserRecord.sample("eve")
        try stores[0].insert(bob)
        let other = try backup(eve)
        for ending in ["-wal", "-shm"] { unlink(place.path + ending) }
        try #require(rename(other.path, place.path) == 0)
        for (number, store) in stores.enumerated() {
            // Until it is noticed nothing is asked of either file.
            #expect(throws: StoreError.self) { _ = try store.user(named: eve.name) }
            #expect(try #require(fault(of: store)).contains("is there now"))
            #expect(fault(of: store) == nil)
            #expect(try store.user(named: eve.name) == eve)
            #expect(try store.user(named: bob.name) == nil)
            try store.insert(.sample("user\(number)"))
        }
        #expect(try stores[0].users(after: nil, limit: 9).count == 4)
        #expect(try place.sql("PRAGMA integrity_check").count == 1)
    }

    @Test("another file is not used while what belongs to the old one lies beside it")
    func leftBehind() throws {
        let store = try place.openPrepared()
        try store.insert(.sample("bob"))
        let eve = try UserRecord.sample("eve")
        let other = try backup(eve)
        try #require(rename(other.path, place.path) == 0)
        let before = try Data(contentsOf: url)
        for _ in 0..<3 {
            let said = try #require(fault(of: store))
            #expect(said.contains("-wal and -shm of the old one"), "\(said)")
            #expect(throws: StoreError.self) { try store.insert(.sample("carol")) }
        }
        #expect(try Data(contentsOf: url) == before)
        for ending in ["-wal", "-shm"] { unlink(place.path + ending) }
        #expect(fault(of: store) != nil)
        #expect(fault(of: store) == nil)
        #expect(try store.user(named: eve.name) == eve)
    }

    @Test("an empty file in its place is told, and is not begun anew", arguments: [false, true])
    func emptied(isSameFile: Bool) throws {
        let store = try place.openPrepared()
        let bob = try UserRecord.sample("bob")
        try store.insert(bob)
        try checkpoint()
        let whole = try Data(contentsOf: url)
        if isSameFile {
            try overwrite(with: Data())
        } else {
            for ending in ["", "-wal", "-shm"] { unlink(place.path + ending) }
            #expect(FileManager.default.createFile(atPath: place.path, contents: nil))
        }
        for _ in 0..<2 {
            let said = try #require(fault(of: store))
            #expect(said.contains("empt"), "\(said)")
            #expect(throws: StoreError.self) { try store.insert(.sample("eve")) }
        }
        #expect(try Data(contentsOf: url).isEmpty)
        try overwrite(with: whole)
        _ = fault(of: store)
        #expect(fault(of: store) == nil)
        #expect(try store.user(named: bob.name) == bob)
    }

    @Test("a file that is overwritten with rubbish is told, and used again when it is mended")
    func rubbish() throws {
        let store = try place.openPrepared()
        for number in 0..<100 { try store.insert(.sample("user\(number)")) }
        try store.check()
        try checkpoint()
        let whole = try Data(contentsOf: url)
        let first = whole.prefix(4_096)
        for bytes in [
            first + Data(repeating: 0xA5, count: whole.count - first.count),
            Data(repeating: 0xA5, count: whole.count), whole.prefix(whole.count / 2),
        ] {
            try overwrite(with: bytes)
            for _ in 0..<2 {
                #expect(try #require(fault(of: store)).contains("damaged"))
                #expect(throws: StoreError.self) { try store.insert(.sample("eve")) }
            }
            #expect(try Data(contentsOf: url) == bytes, "nobody writes to it")
            try overwrite(with: whole)
            #expect(fault(of: store) == nil)
            #expect(try store.users(after: nil, limit: 200).count == 100)
        }
    }

    @Test("a backup that is copied over it is what everybody sees then")
    func overwritten() throws {
        let stores = try (0..<2).map { _ in try place.openPrepared() }
        let eve = try UserRecord.sample("eve")
        for number in 0..<100 { try stores[0].insert(.sample("user\(number)")) }
        for store in stores {
            _ = try store.users(after: nil, limit: 200)
            try store.check()
        }
        try checkpoint()
        let other = try backup(eve)
        try other.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        try overwrite(with: try Data(contentsOf: URL(fileURLWithPath: other.path)))
        for store in stores {
            #expect(fault(of: store) == nil)
            #expect(try store.users(after: nil, limit: 200) == [eve])
        }
        try stores[1].insert(.sample("carol"))
        #expect(try stores[0].users(after: nil, limit: 200).count == 2)
    }
}
