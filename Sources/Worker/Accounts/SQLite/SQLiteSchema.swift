// The tables of accounts, and how an older file gets them.
//
// The file's `user_version` says how many steps it has been through, and its `application_id` says that
// it is Weir's. Steps that have been released never change; new ones are added.
//
// What an older Weir can be without (columns with a default, tables) is no step but an addition, and the version
// stays as it is: while one version of Weir takes over from another, and after going back to the older one,
// both use the file, and the first versions accept no later number. A step that is more than that takes another
// generation: it adds `generationSteps` to the version, and an older Weir then leaves the file alone.

/// The steps that lead from an empty file to today's tables, and what was added since.
struct SQLiteSchema: Sendable {
    /// A column, and the statement that adds it or its table.
    struct Addition: Sendable {
        let table: String
        let column: String
        let statement: String
    }

    /// Each step's statements.
    let steps: [[String]]
    /// In the order in which they are added.
    var additions: [Addition] = []

    /// How many versions a generation has.
    private static let generationSteps = 1_000

    /// "weir" in ASCII; so `file` and others can tell what it is.
    private static let applicationID: Int64 = 0x7765_6972

    /// Brings the file to the last step. Several processes may try at once: the first one does it.
    func apply(to connection: SQLiteConnection) throws(StoreError) {
        let isComplete = try connection.read { () throws(StoreError) -> Bool in
            guard try accepted(connection) >= steps.count else { return false }
            return try missing(connection).isEmpty
        }
        try connection.enterWriteAheadLogging()
        if isComplete { return }
        try connection.write { () throws(StoreError) in
            // Asked again, since another process may have been faster.
            let done = try accepted(connection)
            if done < steps.count {
                for step in steps[done...] {
                    for statement in step { try connection.execute(statement) }
                }
                // A PRAGMA takes no parameters; these values are our own.
                try connection.execute("PRAGMA application_id = \(Self.applicationID)")
                try connection.execute("PRAGMA user_version = \(steps.count)")
            }
            for addition in try missing(connection) { try connection.execute(addition.statement) }
        }
    }

    /// The additions that the file does not have yet.
    private func missing(_ connection: SQLiteConnection) throws(StoreError) -> [Addition] {
        var missing: [Addition] = []
        for addition in additions {
            let names = try connection.rows("PRAGMA table_info(\(addition.table))") {
                row throws(StoreError) in row.text(1)
            }
            if !names.contains(addition.column) { missing.append(addition) }
        }
        return missing
    }

    /// How many steps the file has been through. Makes several queries, so call only within a
    /// transaction.
    private func accepted(_ connection: SQLiteConnection) throws(StoreError) -> Int {
        let version = try number("PRAGMA user_version", connection)
        guard try number("PRAGMA application_id", connection) == Self.applicationID else {
            let isEmpty = try number("SELECT count(*) FROM sqlite_schema", connection) == 0
            guard isEmpty, version == 0 else {
                throw .unusable(reason: "it is a SQLite database, but not one of Weir's accounts")
            }
            return 0
        }
        guard version >= 0, version < Self.generationSteps else {
            throw .unusable(
                reason: "its schema has version \(version), but this Weir knows only those below "
                    + "\(Self.generationSteps): a newer Weir has used it")
        }
        return Int(version)
    }

    private func number(_ sql: String, _ connection: SQLiteConnection) throws(StoreError) -> Int64 {
        try connection.rows(sql) { row throws(StoreError) in row.integer(0) }.first ?? 0
    }
}

extension SQLiteSchema {
    static let today = SQLiteSchema(
        steps: [
            [users, sessions, sessionsByUser, sessionsByEnd, attempts, attemptsByEnd, streams],
            [secrets],
        ],
        additions: [
            Addition(table: "users", column: "words", statement: wordsOfUsers),
            Addition(table: "users", column: "profile", statement: profilesOfUsers),
            Addition(table: "streams", column: "title", statement: titlesOfStreams),
            Addition(table: "streams", column: "unlisted", statement: unlistedStreams),
            Addition(table: "pictures", column: "user", statement: pictures),
            Addition(table: "users", column: "picture", statement: picturesOfUsers),
        ])

    /// `streams` and `files` are what the first server's document has besides name and password;
    /// `streams` has a table of its own.
    private static let users = """
        CREATE TABLE users (
            id BLOB PRIMARY KEY CHECK (length(id) = 12),
            username TEXT NOT NULL UNIQUE,
            password TEXT NOT NULL,
            disabled INTEGER NOT NULL,
            created_at_ms INTEGER NOT NULL,
            key_digest BLOB UNIQUE CHECK (length(key_digest) = 32),
            key_created_at_ms INTEGER,
            files TEXT NOT NULL DEFAULT '[]',
            CHECK ((key_digest IS NULL) = (key_created_at_ms IS NULL))
        ) STRICT, WITHOUT ROWID
        """

    private static let sessions = """
        CREATE TABLE sessions (
            id BLOB PRIMARY KEY CHECK (length(id) = 32),
            user BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
            created_at_ms INTEGER NOT NULL,
            last_seen_at_ms INTEGER NOT NULL,
            expires_at_ms INTEGER NOT NULL,
            address TEXT NOT NULL,
            user_agent TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    private static let sessionsByUser =
        "CREATE INDEX sessions_by_user ON sessions (user, created_at_ms)"
    private static let sessionsByEnd = "CREATE INDEX sessions_by_end ON sessions (expires_at_ms)"

    private static let attempts = """
        CREATE TABLE attempts (
            key TEXT PRIMARY KEY,
            count INTEGER NOT NULL,
            window_ends_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    private static let attemptsByEnd =
        "CREATE INDEX attempts_by_end ON attempts (window_ends_at_ms)"

    private static let streams = """
        CREATE TABLE streams (
            user BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
            id TEXT NOT NULL,
            started_at_ms INTEGER NOT NULL,
            ended_at_ms INTEGER NOT NULL,
            duration_ms INTEGER AS (max(0, ended_at_ms - started_at_ms)),
            bytes INTEGER NOT NULL,
            peak_viewers INTEGER NOT NULL,
            PRIMARY KEY (user, id)
        ) STRICT, WITHOUT ROWID
        """

    /// Secrets that all servers of these accounts share, and that no one else may know.
    private static let secrets = """
        CREATE TABLE secrets (
            name TEXT PRIMARY KEY,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    /// JSON, as the API has it.
    private static let wordsOfUsers =
        "ALTER TABLE users ADD COLUMN words TEXT NOT NULL DEFAULT '{}'"
    private static let profilesOfUsers =
        "ALTER TABLE users ADD COLUMN profile TEXT NOT NULL DEFAULT '{}'"
    private static let titlesOfStreams =
        "ALTER TABLE streams ADD COLUMN title TEXT NOT NULL DEFAULT ''"
    private static let unlistedStreams =
        "ALTER TABLE streams ADD COLUMN unlisted INTEGER NOT NULL DEFAULT 0"

    /// Apart from `users`, whose rows are read much more often.
    private static let pictures = """
        CREATE TABLE pictures (
            user BLOB PRIMARY KEY REFERENCES users ON DELETE CASCADE,
            type TEXT NOT NULL,
            bytes BLOB NOT NULL
        ) STRICT
        """
    /// The tag of the picture.
    private static let picturesOfUsers = "ALTER TABLE users ADD COLUMN picture TEXT"
}
