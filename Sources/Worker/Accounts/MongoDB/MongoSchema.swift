// What the database needs before accounts can be kept there: the version of the schema, the indexes, and
// the users of the first server in today's form. Several processes may prepare the same database at
// once: every step may be done twice.

/// Prepares a database. Stateless; any thread may use it.
struct MongoSchema: Sendable {
    /// The version of the documents that this Weir writes. A higher one only adds fields and indexes that an
    /// older Weir can be without, because both use the database while one takes over from the other. What is
    /// more than that adds `generationVersions`, and an older Weir then leaves the database alone.
    static let version: Int32 = 1
    private static let generationVersions = 1_000
    /// How many users are brought to today's form at a time: enough to take about a second.
    private static let usersAtOnce = 500

    let connections: MongoConnections

    /// Whether this version has prepared the database. Errors: `.unusable` when a newer version has.
    func isPrepared() throws(StoreError) -> Bool {
        do {
            let found = try collection(MongoName.weir).first(["_id": .string(MongoName.schema)])
            guard let found else { return false }
            let version = found["version"]?.integer ?? 0
            if version >= Int64(Self.generationVersions) { throw Self.newer(version) }
            return version >= Int64(Self.version)
        } catch let failure as MongoFailure {
            throw failure.storeError
        } catch let error as StoreError {
            throw error
        } catch {
            throw .unusable(reason: "\(error)")
        }
    }

    private static func newer(_ version: Int64) -> StoreError {
        .unusable(
            reason: "a newer Weir has been at this database: its schema is \(version), and this "
                + "Weir knows those below \(Self.generationVersions)")
    }

    /// Makes what is missing. The version is written last: a process that sees it sees the indexes too.
    func prepare() throws(StoreError) {
        _ = try isPrepared()
        do {
            try makeIndexes()
            try completeUsers()
            try collection(MongoName.weir).updateOne(
                ["_id": .string(MongoName.schema)],
                ["$max": .document(["version": .int32(Self.version)])], orInserts: true)
        } catch {
            throw error.storeError
        }
    }

    private func collection(_ name: String) -> MongoCollection {
        MongoCollection(name: name, connections: connections)
    }
}

// MARK: Indexes

extension MongoSchema {
    private func makeIndexes() throws(MongoFailure) {
        // Sparse: the first server may have left documents without a name.
        try makeUniqueIndex(MongoName.users, on: MongoName.username)
        try makeUniqueIndex(MongoName.users, on: "\(MongoName.streamKey).\(MongoName.digest)")
        try makeIndex(MongoName.sessions, on: "user")
        // MongoDB itself removes what has expired, if Weir does not.
        try makeIndex(MongoName.sessions, on: "expiresAt", ["expireAfterSeconds": .int32(0)])
        try makeIndex(MongoName.attempts, on: "windowEndsAt", ["expireAfterSeconds": .int32(0)])
    }

    /// An existing index with other options will do, if it is unique as well.
    private func makeUniqueIndex(
        _ collection: String, on field: String
    ) throws(MongoFailure) {
        do throws(MongoFailure) {
            try makeIndex(collection, on: field, ["unique": .bool(true), "sparse": .bool(true)])
        } catch {
            if error.isDuplicate { throw .twice(field, in: collection) }
            guard error.isOtherIndex else { throw error }
            guard try hasUniqueIndex(collection, on: field) else {
                throw .notUnique(field, in: collection)
            }
        }
    }

    private func makeIndex(
        _ collection: String, on field: String, _ options: BSONDocument = [:]
    ) throws(MongoFailure) {
        var index: BSONDocument = [
            "key": .document([field: .int32(1)]), "name": .string("\(field)_1"),
        ]
        for option in options.fields { index.append(option.name, option.value) }
        _ = try connections.run(
            .write,
            ["createIndexes": .string(collection), "indexes": .array([.document(index)])])
    }

    private func hasUniqueIndex(
        _ collection: String, on field: String
    ) throws(MongoFailure) -> Bool {
        let reply = try connections.run(.read, ["listIndexes": .string(collection)])
        let indexes = reply["cursor"]?.document?["firstBatch"]?.array ?? []
        return indexes.compactMap(\.document).contains { index in
            let key = index["key"]?.document?.fields ?? []
            return key.count == 1 && key[0].name == field && index["unique"]?.isTrue == true
                && index["partialFilterExpression"] == nil && index["collation"] == nil
        }
    }
}

// MARK: Users of the first server

extension MongoSchema {
    /// Adds what is missing to the next users of the first server; returns true when there are no more.
    /// They can be used before that: a missing field has a meaning (see UserRecord).
    @discardableResult
    func completeUsers() throws(MongoFailure) -> Bool {
        let users = collection(MongoName.users)
        let old = try users.find(
            [MongoName.schema: .document(["$exists": .bool(false)])], limit: Self.usersAtOnce)
        for user in old {
            guard let id = user["_id"] else { continue }
            try users.updateOne(
                ["_id": id, MongoName.schema: .document(["$exists": .bool(false)])],
                ["$set": .document(Self.missing(in: user))])
        }
        return old.count < Self.usersAtOnce
    }

    private static func missing(in user: BSONDocument) -> BSONDocument {
        var missing: BSONDocument = [MongoName.schema: .int32(version)]
        for list in [MongoName.streams, MongoName.files] {
            switch user[list] {
            case .array: continue
            case nil, .null: missing.append(list, .array([]))
            // Broadcasts are added to a list, so a single value becomes its first entry.
            case let other?: missing.append(list, .array([other]))
            }
        }
        if user[MongoName.createdAt]?.dateMs == nil,
            let id = user["_id"]?.objectID.map(UserID.init(bytes:))
        {
            missing.append(MongoName.createdAt, .date(id.createdAtMs))
        }
        if user[MongoName.disabled] == nil { missing.append(MongoName.disabled, .bool(false)) }
        return missing
    }
}
