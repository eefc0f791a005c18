// Sessions in SQLite.

extension SQLiteStore {
    package func insert(_ session: SessionRecord, limit: Int) throws(StoreError) {
        try write { connection throws(StoreError) in
            // A user who is gone gets no session.
            try connection.execute(
                """
                INSERT INTO sessions (id, user, created_at_ms, last_seen_at_ms, expires_at_ms,
                    address, user_agent)
                SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM users WHERE id = ?2)
                """,
                [
                    .blob(session.id.bytes), .blob(session.user.bytes),
                    .figure(session.createdAtMs), .figure(session.lastSeenAtMs),
                    .figure(session.expiresAtMs), .text(session.address),
                    .text(session.userAgent),
                ])
            // The new session stays even if other clocks are ahead.
            try connection.execute(
                """
                DELETE FROM sessions WHERE user = ?1 AND id IN (
                    SELECT id FROM sessions WHERE user = ?1 AND id <> ?2
                    ORDER BY created_at_ms DESC, id LIMIT -1 OFFSET ?3)
                """,
                [
                    .blob(session.user.bytes), .blob(session.id.bytes),
                    .figure(max(0, limit - 1)),
                ])
        }
    }

    package func session(
        _ id: SecretDigest, nowMs: UInt64
    ) throws(StoreError) -> (session: SessionRecord, user: UserRecord)? {
        try read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT \(SessionRecord.columns), \(UserRecord.columns)
                FROM sessions JOIN users ON users.id = sessions.user
                WHERE sessions.id = ? AND sessions.expires_at_ms > ?
                """,
                [.blob(id.bytes), .figure(nowMs)]
            ) { row throws(StoreError) in
                guard
                    let user = try UserRecord.read(row, from: SessionRecord.columnCount)
                else { return (session: SessionRecord, user: UserRecord)?.none }
                return (session: try SessionRecord.read(row), user: user)
            }.first
        }
    }

    package func sessions(
        of user: UserID, nowMs: UInt64
    ) throws(StoreError) -> [SessionRecord] {
        try read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT \(SessionRecord.columns) FROM sessions
                WHERE user = ? AND expires_at_ms > ? ORDER BY last_seen_at_ms DESC, id
                """,
                [.blob(user.bytes), .figure(nowMs)]
            ) { row throws(StoreError) in try SessionRecord.read(row) }
        }
    }

    package func touch(
        session id: SecretDigest, lastSeenAtMs: UInt64, expiresAtMs: UInt64
    ) throws(StoreError) -> Bool {
        try write { connection throws(StoreError) in
            try connection.execute(
                "UPDATE sessions SET last_seen_at_ms = ?, expires_at_ms = ? WHERE id = ?",
                [.figure(lastSeenAtMs), .figure(expiresAtMs), .blob(id.bytes)]) == 1
        }
    }

    package func remove(session id: SecretDigest, of user: UserID) throws(StoreError) -> Bool {
        try write { connection throws(StoreError) in
            try connection.execute(
                "DELETE FROM sessions WHERE id = ? AND user = ?",
                [.blob(id.bytes), .blob(user.bytes)]) == 1
        }
    }

    package func removeSessions(
        of user: UserID, except kept: SecretDigest?
    ) throws(StoreError) -> Int {
        try write { connection throws(StoreError) in
            try connection.execute(
                "DELETE FROM sessions WHERE user = ? AND id IS NOT ?",
                [.blob(user.bytes), kept.map { .blob($0.bytes) } ?? .null])
        }
    }

    package func removeExpired(nowMs: UInt64) throws(StoreError) {
        try write { connection throws(StoreError) in
            try connection.execute(
                "DELETE FROM sessions WHERE expires_at_ms <= ?", [.figure(nowMs)])
            try connection.execute(
                "DELETE FROM attempts WHERE window_ends_at_ms <= ?", [.figure(nowMs)])
        }
    }
}

extension SessionRecord {
    /// What `read` expects, in its order.
    fileprivate static let columns = """
        sessions.id, sessions.user, sessions.created_at_ms, sessions.last_seen_at_ms, \
        sessions.expires_at_ms, sessions.address, sessions.user_agent
        """
    fileprivate static let columnCount: Int32 = 7

    fileprivate static func read(
        _ row: borrowing SQLiteRow
    ) throws(StoreError) -> SessionRecord {
        SessionRecord(
            id: SecretDigest(bytes: try row.bytes(0, count: SecretDigest.byteCount)),
            user: UserID(bytes: try row.bytes(1, count: UserID.byteCount)),
            createdAtMs: row.figure(2), lastSeenAtMs: row.figure(3), expiresAtMs: row.figure(4),
            address: row.text(5), userAgent: row.text(6))
    }
}
