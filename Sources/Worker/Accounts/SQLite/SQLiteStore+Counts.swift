// Attempts to sign in, and broadcasts, in SQLite.

extension SQLiteStore {
    // MARK: Attempts

    package func countAttempt(
        _ key: String, nowMs: UInt64, windowMs: UInt64
    ) throws(StoreError) -> AttemptCount {
        let counts = try write { connection throws(StoreError) in
            try connection.rows(
                """
                INSERT INTO attempts (key, count, window_ends_at_ms) VALUES (?1, 1, ?3)
                ON CONFLICT (key) DO UPDATE SET
                    count = iif(window_ends_at_ms > ?2, count + 1, 1),
                    window_ends_at_ms = iif(window_ends_at_ms > ?2, window_ends_at_ms, ?3)
                RETURNING count, window_ends_at_ms
                """,
                [.text(key), .figure(nowMs), .figure(nowMs + windowMs)]
            ) { row throws(StoreError) in
                AttemptCount(count: Int(row.integer(0)), windowEndsAtMs: row.figure(1))
            }
        }
        guard let count = counts.first else {
            throw .unusable(reason: "an attempt was counted, but not told")
        }
        return count
    }

    package func discountAttempt(_ key: String) throws(StoreError) {
        _ = try write { connection throws(StoreError) in
            try connection.execute(
                "UPDATE attempts SET count = count - 1 WHERE key = ? AND count > 0", [.text(key)])
        }
    }

    package func forgetAttempts(_ key: String) throws(StoreError) {
        _ = try write { connection throws(StoreError) in
            try connection.execute("DELETE FROM attempts WHERE key = ?", [.text(key)])
        }
    }

    // MARK: Broadcasts

    package func record(
        _ broadcast: BroadcastRecord, of name: StreamName, limit: Int
    ) throws(StoreError) -> Bool {
        try write { connection throws(StoreError) in
            let users = try connection.rows(
                "SELECT id FROM users WHERE username = ?", [.text(name.text)]
            ) { row throws(StoreError) in try row.bytes(0, count: UserID.byteCount) }
            guard let user = users.first else { return false }
            try connection.execute(
                """
                INSERT INTO streams (user, id, started_at_ms, ended_at_ms, bytes, peak_viewers)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (user, id) DO NOTHING
                """,
                [
                    .blob(user), .text(broadcast.id), .figure(broadcast.startedAtMs),
                    .figure(broadcast.endedAtMs), .figure(broadcast.bytes),
                    .figure(broadcast.peakViewers),
                ])
            try connection.execute(
                """
                DELETE FROM streams WHERE user = ?1 AND id IN (
                    SELECT id FROM streams WHERE user = ?1
                    ORDER BY started_at_ms DESC, id LIMIT -1 OFFSET ?2)
                """,
                [.blob(user), .figure(max(0, limit))])
            return true
        }
    }

    package func broadcasts(
        of user: UserID, limit: Int
    ) throws(StoreError) -> [BroadcastRecord] {
        try read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT id, started_at_ms, ended_at_ms, bytes, peak_viewers FROM streams
                WHERE user = ? ORDER BY started_at_ms DESC, id
                """,
                [.blob(user.bytes)], limit: limit
            ) { row throws(StoreError) in
                BroadcastRecord(
                    id: row.text(0), startedAtMs: row.figure(1), endedAtMs: row.figure(2),
                    bytes: row.figure(3), peakViewers: Int(row.integer(4)))
            }
        }
    }
}
