// Accounts in a file: the store that needs no other server. SQLite with write-ahead logging, so that
// the workers, which are several processes, and `weir user` share one file.
//
// A change that was acknowledged is on disk. A process that finds the file locked waits for at most
// Limits.storeOperationMs. What has been opened once is never made anew behind our back: when the file
// is gone, that is told instead of going on with nobody in it. What those who run the server do to it
// meanwhile is in SQLiteStore+Check.

import Settings
import Synchronization

package final class SQLiteStore: AccountStore {
    let path: String
    private let schema: SQLiteSchema
    let pool = Mutex(Pool())

    struct Pool {
        /// Those that nobody uses now.
        var idle: [SQLiteConnection] = []
        /// The file that they lead to; nil before it was opened.
        var file: SQLiteFile?
        /// What SQLite has beside it.
        var companions: [SQLiteFile] = []
        /// The file as it was when it was last looked over.
        var stamp: SQLiteFileStamp?
        /// What was found then: until it is mended, the file is not used.
        var damage: StoreError?
    }

    /// As many as there are threads that use them.
    private static let idleConnections = Limits.accountThreads + Limits.passwordThreads

    /// Opens nothing yet.
    /// - Parameter path: of the file; a relative one starts at the working directory.
    package convenience init(path: String) {
        self.init(path: path, schema: .today)
    }

    init(path: String, schema: SQLiteSchema) {
        self.path = path
        self.schema = schema
    }

    /// Makes the file (mode 0600) when there is none, takes whichever is there now, and brings it to
    /// this version.
    package func prepare() throws(StoreError) {
        if SQLiteFile(path: path) == nil { try SQLiteFile.create(path) }
        guard let file = SQLiteFile(path: path) else { throw moved() }
        use(file, try open())
    }

    /// From now on this file is used, to which `connection` leads.
    func use(_ file: SQLiteFile, _ connection: SQLiteConnection) {
        let companions = SQLiteFile.companions(of: path)
        let replaced = pool.withLock { pool in
            let replaced = pool.file == file ? [] : pool.idle
            if pool.file != file { pool = Pool() }
            pool.file = file
            pool.companions = companions
            return replaced
        }
        // Closed without the lock, since that may take its time.
        withExtendedLifetime(replaced) {}
        giveBack(connection, of: file)
    }

    // MARK: Connections

    /// Runs `body` with a connection of its own.
    func read<Answer>(
        _ body: (SQLiteConnection) throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        let (idle, opened, damage) = pool.withLock { pool in
            (pool.idle.popLast(), pool.file, pool.damage)
        }
        guard let file = opened else {
            throw .unavailable(reason: "\(path): has not been opened yet")
        }
        if let damage { throw damage }
        guard SQLiteFile(path: path) == file else { throw moved() }
        // Whatever fails, the connection is let go: what was wrong may be with it only.
        let connection: SQLiteConnection
        if let idle { connection = idle } else { connection = try reopen() }
        let answer: Answer
        do throws(StoreError) {
            answer = try body(connection)
        } catch {
            // What others have read of a file that is not as it must be is not to be relied on either.
            if case .unusable = error { closeIdle() }
            throw error
        }
        // What was written into a file that is gone was not stored.
        guard SQLiteFile(path: path) == file else { throw moved() }
        giveBack(connection, of: file)
        return answer
    }

    /// The same in a transaction that may write.
    func write<Answer>(
        _ body: (SQLiteConnection) throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        try read { connection throws(StoreError) in
            try connection.write { () throws(StoreError) in try body(connection) }
        }
    }

    func open() throws(StoreError) -> SQLiteConnection {
        do throws(StoreError) {
            return try SQLiteConnection(path: path, schema: schema)
        } catch .unusable(let reason) where !reason.hasPrefix(path) {
            throw .unusable(reason: "\(path): \(reason)")
        }
    }

    /// As `open`, for a file that has been opened before: should it be empty now, it is not for us to
    /// begin it anew.
    func reopen() throws(StoreError) -> SQLiteConnection {
        guard let stamp = SQLiteFileStamp(path: path) else { throw moved() }
        guard stamp.bytes > 0 else {
            throw .unusable(reason: "\(path): the file that was opened has been emptied")
        }
        return try open()
    }

    /// The next ones open the file anew, and know nothing of what was in it before.
    func closeIdle() {
        let idle = pool.withLock { pool in
            let idle = pool.idle
            pool.idle = []
            return idle
        }
        withExtendedLifetime(idle) {}
    }

    func giveBack(_ connection: SQLiteConnection, of file: SQLiteFile) {
        pool.withLock { pool in
            guard pool.file == file, pool.idle.count < Self.idleConnections else { return }
            pool.idle.append(connection)
        }
    }

    func moved() -> StoreError {
        .unavailable(
            reason: "\(path): the file that was opened is not there any more; put it back")
    }
}
