// One connection to the database's file, with the statements that it has prepared.
//
// Threads: one at a time, no matter which (SQLITE_OPEN_NOMUTEX); SQLiteStore sees to that.
//
// Unsafe use: only this object has the handle, from open to close; statements are finalized first.

import CSQLite
import Glibc
import LinuxIO
import Settings

/// Unchecked: SQLiteStore hands a connection to one thread at a time, under the lock of its pool.
@safe
final class SQLiteConnection: @unchecked Sendable {
    private let path: String
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatementBox] = [:]

    /// Opens a file that exists, and brings its schema to this version, if one is given.
    ///
    /// Errors: `.unavailable` when the file cannot be opened or is locked for too long; `.unusable` when
    /// it is not a database of ours, is newer than this Weir, or may not be written.
    init(path: String, schema: SQLiteSchema?) throws(StoreError) {
        self.path = path
        var opened: OpaquePointer?
        // "./", because some names with other beginnings have a meaning for SQLite.
        let code = unsafe sqlite3_open_v2(
            path.hasPrefix("/") ? path : "./" + path, &opened,
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle = unsafe opened else {
            unsafe sqlite3_close_v2(opened)
            throw SQLiteFailure.error(
                code: code, message: SQLiteFailure.message(code), path: path)
        }
        unsafe self.handle = unsafe handle
        try configure()
        try schema?.apply(to: self)
    }

    deinit {
        statements = [:]
        unsafe sqlite3_close_v2(handle)
    }

    /// A disk that the kernel has made read-only after an error leaves the file as it was.
    private var refusedToWrite: StoreError {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        do throws(SystemError) {
            try FileSystem.tryToWrite(in: folder)
        } catch {
            if error.code == EROFS {
                return .unavailable(reason: "\(path): its file system is read-only")
            }
        }
        return .unusable(reason: "\(path): Weir may not write it")
    }

    private func configure() throws(StoreError) {
        unsafe sqlite3_busy_timeout(handle, Int32(clamping: Limits.storeOperationMs))
        guard unsafe sqlite3_db_readonly(handle, "main") == 0 else {
            throw refusedToWrite
        }
        try execute("PRAGMA foreign_keys = ON")
        // A change that was acknowledged is on disk, whatever happens to the machine.
        try execute("PRAGMA synchronous = FULL")
        // Code that others put into the file is not run.
        try execute("PRAGMA trusted_schema = OFF")
        // Deleted data is overwritten.
        try execute("PRAGMA secure_delete = ON")
    }

    /// Lets readers go on during a write; the file keeps this mode.
    func enterWriteAheadLogging() throws(StoreError) {
        let deadlineMs = MonotonicClock.nowMs() + Limits.storeOperationMs
        while true {
            let (code, mode) = try journalMode()
            if code == SQLITE_DONE {
                guard mode == "wal" else {
                    throw .unusable(reason: "\(path): write-ahead logging is not possible here")
                }
                return
            }
            // If two change the mode at once, they meet a lock that SQLite does not wait for.
            guard SQLiteFailure.isBusy(code), MonotonicClock.nowMs() < deadlineMs else {
                throw failure(code)
            }
            usleep(5_000)
        }
    }

    private func journalMode() throws(StoreError) -> (code: Int32, mode: String) {
        let statement = try prepared("PRAGMA journal_mode = WAL")
        defer { statement.statement.reset() }
        var mode = ""
        while true {
            let code = statement.statement.step()
            guard code == SQLITE_ROW else { return (code, mode) }
            mode = try statement.statement.withRow { row throws(StoreError) in row.text(0) }
        }
    }

    // MARK: Statements

    /// Runs a statement that returns no rows, or whose rows are not wanted. Returns how many rows an
    /// INSERT, UPDATE or DELETE has changed; after other statements, the number means nothing.
    @discardableResult
    func execute(_ sql: String, _ values: [SQLiteValue] = []) throws(StoreError) -> Int {
        _ = try rows(sql, values) { _ throws(StoreError) in Bool?.none }
        return Int(unsafe sqlite3_changes(handle))
    }

    /// The rows of an answer.
    /// - Parameters:
    ///   - limit: the greatest number of rows to read; only for a SELECT, since others must run to their
    ///     end.
    ///   - read: returns nil for a row that does not count.
    func rows<Row>(
        _ sql: String, _ values: [SQLiteValue] = [], limit: Int = .max,
        read: (borrowing SQLiteRow) throws(StoreError) -> Row?
    ) throws(StoreError) -> [Row] {
        let box = try prepared(sql)
        defer { box.statement.reset() }
        let bound = box.statement.bind(values)
        guard bound == SQLITE_OK else { throw failure(bound) }
        var rows: [Row] = []
        while rows.count < limit {
            let code = box.statement.step()
            if code == SQLITE_DONE { break }
            guard code == SQLITE_ROW else { throw failure(code) }
            if let row = try box.statement.withRow(read) { rows.append(row) }
        }
        return rows
    }

    /// Runs `body` in a transaction that holds the right to write from its beginning, so that it never
    /// has to be tried again. Done as a whole, or not at all.
    func write<Answer>(
        _ body: () throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        try transact("BEGIN IMMEDIATE", body)
    }

    /// Runs `body` in a transaction, so that everything it reads is from the same moment.
    func read<Answer>(
        _ body: () throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        try transact("BEGIN", body)
    }

    private func transact<Answer>(
        _ begin: String, _ body: () throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        try execute(begin)
        do throws(StoreError) {
            let answer = try body()
            try execute("COMMIT")
            return answer
        } catch {
            // This fails when SQLite has rolled back by itself, which is just as well.
            _ = try? execute("ROLLBACK")
            throw error
        }
    }

    private func prepared(_ sql: String) throws(StoreError) -> SQLiteStatementBox {
        if let box = statements[sql] { return box }
        var handle: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            self.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle = unsafe handle else { throw failure(code) }
        let box = unsafe SQLiteStatementBox(SQLiteStatement(owning: handle))
        statements[sql] = box
        return box
    }

    private func failure(_ code: Int32) -> StoreError {
        let text = unsafe sqlite3_errmsg(handle)
        let message = unsafe text.map { unsafe String(cString: $0) }
        return SQLiteFailure.error(
            code: code, message: message ?? SQLiteFailure.message(code), path: path)
    }
}

/// A box, because a dictionary cannot hold values that cannot be copied.
private final class SQLiteStatementBox {
    let statement: SQLiteStatement

    init(_ statement: consuming SQLiteStatement) {
        self.statement = statement
    }
}
