// SQLite's failures as errors of a store.

import CSQLite

enum SQLiteFailure {
    /// - Parameters:
    ///   - code: a result code, extended or not, that is neither OK, ROW nor DONE.
    ///   - message: what SQLite says about it. It names tables and columns, never a value.
    static func error(code: Int32, message: String, path: String) -> StoreError {
        let reason = "\(path): \(message) (SQLite \(code))"
        // Extended codes keep the plain one in their lowest byte.
        switch code & 0xFF {
        // Temporary: others hold locks, the disk is full or failing, memory is short.
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL, SQLITE_INTERRUPT, SQLITE_NOMEM,
            SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN:
            return .unavailable(reason: reason)
        // Permanent until it is repaired: a file that is not ours, a damaged one, missing rights.
        default:
            return .unusable(reason: reason)
        }
    }

    static func isBusy(_ code: Int32) -> Bool {
        code & 0xFF == SQLITE_BUSY || code & 0xFF == SQLITE_LOCKED
    }

    /// SQLite's own words for a code, for failures before there is a connection to ask.
    static func message(_ code: Int32) -> String {
        guard let text = unsafe sqlite3_errstr(code) else { return "failed" }
        return unsafe String(cString: text)
    }
}
