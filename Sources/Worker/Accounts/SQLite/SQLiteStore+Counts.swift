// Attempts to sign in, secrets, and broadcasts, in SQLite.

import StreamState

extension SQLiteStore {
    // MARK: Attempts

    /// All in one transaction, since each transaction has to wait for the disk.
    package func change(
        attempts changes: [AttemptChange], nowMs: UInt64
    ) throws(StoreError) -> [AttemptCount] {
        if changes.isEmpty { return [] }
        return try write { connection throws(StoreError) in
            var counts: [AttemptCount] = []
            for change in changes {
                switch change {
                case .count(let limit):
                    let counted = try Self.count(limit, nowMs: nowMs, connection)
                    counts.append(counted)
                    if counted.count > limit.count { return counts }
                case .discount(let key):
                    try connection.execute(
                        "UPDATE attempts SET count = count - 1 WHERE key = ? AND count > 0",
                        [.text(key)])
                case .forget(let key):
                    try connection.execute("DELETE FROM attempts WHERE key = ?", [.text(key)])
                }
            }
            return counts
        }
    }

    private static func count(
        _ limit: AttemptLimit, nowMs: UInt64, _ connection: SQLiteConnection
    ) throws(StoreError) -> AttemptCount {
        let counts = try connection.rows(
            """
            INSERT INTO attempts (key, count, window_ends_at_ms) VALUES (?1, 1, ?3)
            ON CONFLICT (key) DO UPDATE SET
                count = iif(window_ends_at_ms > ?2 AND window_ends_at_ms <= ?4, count + 1, 1),
                window_ends_at_ms = iif(
                    window_ends_at_ms > ?2 AND window_ends_at_ms <= ?4, window_ends_at_ms, ?3)
            RETURNING count, window_ends_at_ms
            """,
            [
                .text(limit.key), .figure(nowMs), .figure(nowMs + limit.windowMs),
                .figure(limit.latestEndMs(nowMs: nowMs)),
            ]
        ) { row throws(StoreError) in
            AttemptCount(count: Int(row.integer(0)), windowEndsAtMs: row.figure(1))
        }
        guard let count = counts.first else {
            throw .unusable(reason: "an attempt was counted, but not told")
        }
        return count
    }

    package func attempts(_ key: String, nowMs: UInt64) throws(StoreError) -> Int {
        try read { connection throws(StoreError) in
            try connection.rows(
                "SELECT count FROM attempts WHERE key = ? AND window_ends_at_ms > ?",
                [.text(key), .figure(nowMs)]
            ) { row throws(StoreError) in Int(row.integer(0)) }.first ?? 0
        }
    }

    package func forgetAttempts(beginningWith prefix: String) throws(StoreError) {
        _ = try write { connection throws(StoreError) in
            try connection.execute(
                "DELETE FROM attempts WHERE key >= ? AND key < ?",
                [.text(prefix), .text(AttemptCount.end(of: prefix))])
        }
    }

    // MARK: Secrets

    package func secret(
        _ name: String, orKeep candidate: [UInt8]
    ) throws(StoreError) -> [UInt8] {
        func kept(_ connection: SQLiteConnection) throws(StoreError) -> [UInt8]? {
            try connection.rows(
                "SELECT value FROM secrets WHERE name = ?", [.text(name)]
            ) { row throws(StoreError) in try row.bytes(0, count: candidate.count) }.first
        }
        // It is almost always there, and then no one has to wait for the right to write.
        if let kept = try read({ connection throws(StoreError) in try kept(connection) }) {
            return kept
        }
        return try write { connection throws(StoreError) in
            try connection.execute(
                "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                [.text(name), .blob(candidate)])
            return try kept(connection) ?? candidate
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
                INSERT INTO streams
                    (user, id, started_at_ms, ended_at_ms, bytes, peak_viewers, title,
                    unlisted)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user, id) DO NOTHING
                """,
                [
                    .blob(user), .text(broadcast.id), .figure(broadcast.startedAtMs),
                    .figure(broadcast.endedAtMs), .figure(broadcast.bytes),
                    .figure(broadcast.peakViewers), .text(broadcast.title),
                    .figure(broadcast.wasUnlisted ? 1 : 0),
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
                SELECT id, started_at_ms, ended_at_ms, bytes, peak_viewers, title, unlisted
                FROM streams WHERE user = ? ORDER BY started_at_ms DESC, id
                """,
                [.blob(user.bytes)], limit: limit
            ) { row throws(StoreError) in
                BroadcastRecord(
                    id: row.text(0), startedAtMs: row.figure(1), endedAtMs: row.figure(2),
                    bytes: row.figure(3), peakViewers: Int(row.integer(4)), title: row.text(5),
                    wasUnlisted: row.integer(6) != 0)
            }
        }
    }
}
