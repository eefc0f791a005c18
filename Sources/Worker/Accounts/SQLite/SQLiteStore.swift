// Accounts in a file: the store that needs no other server. SQLite with write-ahead logging, so that
// the workers, which are several processes, and `weir user` share one file.
//
// A change that was acknowledged is on disk. A process that finds the file locked waits for at most
// Limits.storeOperationMs. A file that has been opened is never silently made anew: when it is gone,
// that is an error, rather than a start with no accounts. SQLiteStore+Check deals with what operators do
// to the file meanwhile.

import Settings
import Synchronization

package final class SQLiteStore: AccountStore {
    let path: String
    private let schema: SQLiteSchema
    let pool = Mutex(Pool())

    struct Pool {
        /// Connections that are not in use now.
        var idle: [SQLiteConnection] = []
        /// The file that they lead to; nil before it was opened.
        var file: SQLiteFile?
        /// The files that SQLite has beside it.
        var companions: [SQLiteFile] = []
        /// The state of the file at the last check.
        var stamp: SQLiteFileStamp?
        /// What that check found: until it is repaired, the file is not used.
        var damage: StoreError?
    }

    /// As many as there are threads that use them.
    private static let idleConnections = Limits.accountThreads + Limits.passwordThreads

    /// Does not open the file yet.
    /// - Parameter path: of the file; a relative path starts at the working directory.
    package convenience init(path: String) {
        self.init(path: path, schema: .today)
    }

    init(path: String, schema: SQLiteSchema) {
        self.path = path
        self.schema = schema
    }

    /// Makes the file (mode 0600) when there is none, opens the file that is there now, and brings it to
    /// this version.
    package func prepare() throws(StoreError) {
        if SQLiteFile(path: path) == nil { try SQLiteFile.create(path) }
        guard let file = SQLiteFile(path: path) else { throw moved() }
        use(file, try open())
    }

    /// From now on, this file is used; `connection` leads to it.
    func use(_ file: SQLiteFile, _ connection: SQLiteConnection) {
        let companions = SQLiteFile.companions(of: path)
        let replaced = pool.withLock { pool in
            let replaced = pool.file == file ? [] : pool.idle
            if pool.file != file { pool = Pool() }
            pool.file = file
            pool.companions = companions
            return replaced
        }
        // Closed without holding the lock, since that may take some time.
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
        // After any failure the connection is closed: perhaps only it was at fault.
        let connection: SQLiteConnection
        if let idle { connection = idle } else { connection = try reopen() }
        let answer: Answer
        do throws(StoreError) {
            answer = try body(connection)
        } catch {
            // Nothing that others have read from such a file can be relied on either.
            if case .unusable = error { closeIdle() }
            throw error
        }
        // Data written into a file that is gone was not stored.
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

    /// Like `open`, for a file that has been opened before: if it is empty now, it must not be begun
    /// anew.
    func reopen() throws(StoreError) -> SQLiteConnection {
        guard let stamp = SQLiteFileStamp(path: path) else { throw moved() }
        guard stamp.bytes > 0 else {
            throw .unusable(reason: "\(path): the file that was opened has been emptied")
        }
        return try open()
    }

    /// The next connections open the file again, and know nothing of its earlier contents.
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
