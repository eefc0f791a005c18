// Users in SQLite.

import Channel
import Settings
import StreamState
import Text

extension SQLiteStore {
    package func insert(_ user: UserRecord) throws(StoreError) {
        let isNew = try write { connection throws(StoreError) in
            try connection.execute(
                """
                INSERT INTO users
                    (id, username, password, disabled, created_at_ms, key_digest, key_created_at_ms,
                    words, profile)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (username) DO NOTHING
                """,
                [
                    .blob(user.id.bytes), .text(user.name.text), .text(user.password),
                    .figure(user.isDisabled ? 1 : 0), .figure(user.createdAtMs),
                    user.streamKey.map { .blob($0.digest.bytes) } ?? .null,
                    user.streamKey.map { .figure($0.createdAtMs) } ?? .null,
                    .text(user.words.json.text), .text(user.profile.json.text),
                ]) == 1
        }
        guard isNew else { throw .nameTaken }
    }

    package func user(named name: StreamName) throws(StoreError) -> UserRecord? {
        try read { connection throws(StoreError) in
            try connection.rows(
                "SELECT \(UserRecord.columns) FROM users WHERE username = ?", [.text(name.text)],
                read: UserRecord.read
            ).first
        }
    }

    package func user(withStreamKey digest: SecretDigest) throws(StoreError) -> UserRecord? {
        try read { connection throws(StoreError) in
            try connection.rows(
                "SELECT \(UserRecord.columns) FROM users WHERE key_digest = ?",
                [.blob(digest.bytes)], read: UserRecord.read
            ).first
        }
    }

    package func users(after name: StreamName?, limit: Int) throws(StoreError) -> [UserRecord] {
        try read { connection throws(StoreError) in
            try connection.rows(
                "SELECT \(UserRecord.columns) FROM users WHERE username > ? ORDER BY username",
                [.text(name?.text ?? "")], limit: limit, read: UserRecord.read)
        }
    }

    package func setPassword(
        _ encoded: String, replacing old: String?, of user: UserID
    ) throws(StoreError) -> Bool {
        try write { connection throws(StoreError) in
            try connection.execute(
                "UPDATE users SET password = ?1 WHERE id = ?2 AND (?3 IS NULL OR password = ?3)",
                [.text(encoded), .blob(user.bytes), old.map { .text($0) } ?? .null]) == 1
        }
    }

    package func setStreamKey(
        _ key: StreamKeyRecord?, of user: UserID
    ) throws(StoreError) -> Bool {
        try write { connection throws(StoreError) in
            try connection.execute(
                "UPDATE users SET key_digest = ?, key_created_at_ms = ? WHERE id = ?",
                [
                    key.map { .blob($0.digest.bytes) } ?? .null,
                    key.map { .figure($0.createdAtMs) } ?? .null, .blob(user.bytes),
                ]) == 1
        }
    }

    package func setWords(
        _ words: BroadcastWords, of user: UserID
    ) throws(StoreError) -> Bool {
        try write { connection throws(StoreError) in
            try connection.execute(
                "UPDATE users SET words = ? WHERE id = ?",
                [.text(words.json.text), .blob(user.bytes)]) == 1
        }
    }

    package func setProfile(_ profile: Profile, of user: UserID) throws(StoreError) -> Bool {
        try write { connection throws(StoreError) in
            try connection.execute(
                "UPDATE users SET profile = ? WHERE id = ?",
                [.text(profile.json.text), .blob(user.bytes)]) == 1
        }
    }

    package func setDisabled(_ isDisabled: Bool, of user: UserID) throws(StoreError) -> Bool {
        try write { connection throws(StoreError) in
            try connection.execute(
                "UPDATE users SET disabled = ? WHERE id = ?",
                [.figure(isDisabled ? 1 : 0), .blob(user.bytes)]) == 1
        }
    }

    package func remove(user: UserID) throws(StoreError) -> Bool {
        // Sessions and broadcasts go with it: ON DELETE CASCADE.
        try write { connection throws(StoreError) in
            try connection.execute("DELETE FROM users WHERE id = ?", [.blob(user.bytes)]) == 1
        }
    }
}

extension UserRecord {
    /// What `read` expects, in its order.
    static let columns = """
        users.id, users.username, users.password, users.disabled, users.created_at_ms, \
        users.key_digest, users.key_created_at_ms, users.words, users.profile, users.picture
        """

    static func read(_ row: borrowing SQLiteRow) throws(StoreError) -> UserRecord? {
        try read(row, from: 0)
    }

    /// Nil for a name that is no longer valid: an older Weir may have given a name that this one keeps
    /// for itself.
    static func read(
        _ row: borrowing SQLiteRow, from column: Int32
    ) throws(StoreError) -> UserRecord? {
        guard let name = try? StreamName(row.text(column + 1)) else { return nil }
        var streamKey: StreamKeyRecord?
        if !row.isNull(column + 5) {
            streamKey = StreamKeyRecord(
                digest: SecretDigest(
                    bytes: try row.bytes(column + 5, count: SecretDigest.byteCount)),
                createdAtMs: row.figure(column + 6))
        }
        return UserRecord(
            id: UserID(bytes: try row.bytes(column, count: UserID.byteCount)), name: name,
            password: row.text(column + 2), isDisabled: row.integer(column + 3) != 0,
            createdAtMs: row.figure(column + 4), streamKey: streamKey,
            words: BroadcastWords(stored: JSONValue(stored: row.text(column + 7))),
            profile: Profile(stored: JSONValue(stored: row.text(column + 8))),
            pictureTag: row.isNull(column + 9) ? nil : PictureTag(row.text(column + 9)))
    }
}

extension JSONValue {
    /// What a column has; null when somebody else has written something else there.
    fileprivate init(stored text: String) {
        self = JSONValue(parsing: Array(text.utf8)) ?? .null
    }
}
