// Whether the file is still the one that was opened, and intact. Operators may remove it, replace it or
// overwrite it while Weir runs, and SQLite notices none of this.
//
// Another file is used as soon as it is seen, if it is one of ours; each process does so by itself. A
// file that has been written to is opened again and checked. SQLite writes to it when it moves its
// write-ahead log into it. But so does an operator who copies a backup over it, and then the log beside
// it does not belong to it. A damaged file is not written to any more.

import Settings

extension SQLiteStore {
    /// Also asks for the right to write and gives it back. If it only read, a file that is locked for
    /// good, cannot be written or is gone would seem to be in order.
    package func check() throws(StoreError) {
        if let opened = pool.withLock({ $0.file }), let file = SQLiteFile(path: path) {
            if file != opened { try adopt(file) }
            try lookOver()
            // They are made anew when the last connection of all processes has been closed.
            let companions = SQLiteFile.companions(of: path)
            pool.withLock { pool in
                if pool.file == file { pool.companions = companions }
            }
        }
        try write { _ throws(StoreError) in }
    }

    /// There is now another file in place of the one that was opened. Reported once in any case, so that
    /// it gets into the log.
    private func adopt(_ file: SQLiteFile) throws(StoreError) {
        let known = pool.withLock { $0.companions }
        let left = SQLiteFile.companions(of: path).contains { known.contains($0) }
        guard !left else {
            throw .unavailable(
                reason:
                    "\(path): another file is there now, but -wal and -shm of the old one still "
                    + "lie beside it; stop Weir, remove these two, and start Weir")
        }
        guard let stamp = SQLiteFileStamp(path: path), stamp.bytes > 0 else {
            throw .unavailable(
                reason: "\(path): an empty file is there now instead of the one that was opened")
        }
        use(file, try open())
        throw .unavailable(
            reason: "\(path): another file is there now instead of the one that was opened; it is "
                + "used from now on")
    }

    /// Checks the whole file, if it has been written to since the last check.
    private func lookOver() throws(StoreError) {
        let known = pool.withLock { $0.stamp }
        guard let stamp = SQLiteFileStamp(path: path), stamp != known else {
            if let damage = pool.withLock({ $0.damage }) { throw damage }
            return
        }
        closeIdle()
        let found = stamp.bytes > Limits.accountsFileLookedOverBytes ? nil : try damage()
        pool.withLock { pool in
            pool.stamp = stamp
            pool.damage = found
        }
        if let found { throw found }
    }

    /// What is wrong with the file, in SQLite's words; nil when it is intact. Errors: temporary
    /// failures.
    private func damage() throws(StoreError) -> StoreError? {
        do throws(StoreError) {
            let said = try reopen().rows("PRAGMA quick_check(1)") { row throws(StoreError) in
                row.text(0)
            }
            if said == ["ok"] { return nil }
            return damaged(said.first ?? "it cannot be looked over")
        } catch .unusable(let reason) {
            return damaged(reason)
        } catch { throw error }
    }

    private func damaged(_ reason: String) -> StoreError {
        .unusable(
            reason: "\(path): the file is damaged (\(reason)); if it was overwritten, stop Weir, "
                + "remove -wal and -shm beside it, and put a backup in its place")
    }
}
