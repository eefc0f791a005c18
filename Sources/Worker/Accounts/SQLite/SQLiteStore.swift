// Accounts in a file: the store that needs no other server. SQLite with write-ahead logging, so that
// the workers, which are several processes, and `weir user` share one file.
//
// A change that was acknowledged is on disk. A process that finds the file locked waits for at most
// Limits.storeOperationMs. What has been opened once is never made anew behind our back: when the file
// is gone, or another one is in its place, that is told instead of going on with nobody in it.

import Settings
import Synchronization

package final class SQLiteStore: AccountStore {
    private let path: String
    private let schema: SQLiteSchema
    private let pool = Mutex(Pool())

    private struct Pool {
        /// Those that nobody uses now.
        var idle: [SQLiteConnection] = []
        /// The file that they lead to; nil before it was opened.
        var file: SQLiteFile?
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
        let connection = try open()
        let replaced = pool.withLock { pool in
            let replaced = pool.file == file ? [] : pool.idle
            if pool.file != file { pool.idle = [] }
            pool.file = file
            return replaced
        }
        // Closed without the lock, since that may take its time.
        withExtendedLifetime(replaced) {}
        giveBack(connection, of: file)
    }

    /// Asks for the right to write and gives it back: a file that is locked for good, cannot be
    /// written, or is not there any more, would pass for well if it were only read.
    package func check() throws(StoreError) {
        try write { _ throws(StoreError) in }
    }

    // MARK: Connections

    /// Runs `body` with a connection of its own.
    func read<Answer>(
        _ body: (SQLiteConnection) throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        let (idle, opened) = pool.withLock { pool in (pool.idle.popLast(), pool.file) }
        guard let file = opened else {
            throw .unavailable(reason: "\(path): has not been opened yet")
        }
        guard SQLiteFile(path: path) == file else { throw moved() }
        // Whatever fails, the connection is let go: what was wrong may be with it only.
        let connection: SQLiteConnection
        if let idle { connection = idle } else { connection = try open() }
        let answer = try body(connection)
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

    private func open() throws(StoreError) -> SQLiteConnection {
        do throws(StoreError) {
            return try SQLiteConnection(path: path, schema: schema)
        } catch .unusable(let reason) where !reason.hasPrefix(path) {
            throw .unusable(reason: "\(path): \(reason)")
        }
    }

    private func giveBack(_ connection: SQLiteConnection, of file: SQLiteFile) {
        pool.withLock { pool in
            guard pool.file == file, pool.idle.count < Self.idleConnections else { return }
            pool.idle.append(connection)
        }
    }

    private func moved() -> StoreError {
        .unavailable(
            reason:
                "\(path): the file that was opened is not there any more; put it back, or start "
                + "Weir anew to use another")
    }
}
