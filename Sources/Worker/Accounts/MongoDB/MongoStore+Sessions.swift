// Sessions in MongoDB.

extension MongoStore {
    package func insert(_ session: SessionRecord, limit: Int) throws(StoreError) {
        try reported { () throws(MongoFailure) in
            try sessions.insert(session.document)
            // The new session counts too, and stays whatever the times say.
            let surplus = try sessions.find(
                [
                    "user": .objectID(session.user.bytes),
                    "_id": .document(["$ne": .binary(session.id.bytes)]),
                ],
                fields: ["_id": .int32(1)], sortedBy: [MongoName.createdAt: .int32(-1)],
                skip: max(0, limit - 1), limit: Self.surplusAtOnce)
            guard !surplus.isEmpty else { return }
            let ids = surplus.compactMap { $0["_id"] }
            try sessions.deleteAll(["_id": .document(["$in": .array(ids)])])
        }
    }

    /// How many surplus sessions go at once. There is more than one only when several sessions begin at
    /// the same time, or the limit was lowered.
    private static let surplusAtOnce = 1_000

    package func session(
        _ id: SecretDigest, nowMs: UInt64
    ) throws(StoreError) -> (session: SessionRecord, user: UserRecord)? {
        let found = try reported { () throws(MongoFailure) in
            try sessions.first(["_id": .binary(id.bytes), "expiresAt": Self.later(than: nowMs)])
        }
        guard let session = found.flatMap(SessionRecord.init),
            let user = try user(["_id": .objectID(session.user.bytes)])
        else { return nil }
        return (session, user)
    }

    package func sessions(
        of user: UserID, nowMs: UInt64
    ) throws(StoreError) -> [SessionRecord] {
        try reported { () throws(MongoFailure) in
            try sessions.find(
                ["user": .objectID(user.bytes), "expiresAt": Self.later(than: nowMs)],
                sortedBy: ["lastSeenAt": .int32(-1)], limit: Self.surplusAtOnce
            ).compactMap(SessionRecord.init)
        }
    }

    private static func later(than ms: UInt64) -> BSONValue { .document(["$gt": .date(ms)]) }

    package func touch(
        session id: SecretDigest, lastSeenAtMs: UInt64, expiresAtMs: UInt64
    ) throws(StoreError) -> Bool {
        try reported { () throws(MongoFailure) in
            try sessions.updateOne(
                ["_id": .binary(id.bytes)],
                [
                    "$set": .document([
                        "lastSeenAt": .date(lastSeenAtMs), "expiresAt": .date(expiresAtMs),
                    ])
                ])
        }
    }

    package func remove(session id: SecretDigest, of user: UserID) throws(StoreError) -> Bool {
        try reported { () throws(MongoFailure) in
            try sessions.deleteOne(
                ["_id": .binary(id.bytes), "user": .objectID(user.bytes)])
        }
    }

    package func removeSessions(
        of user: UserID, except kept: SecretDigest?
    ) throws(StoreError) -> Int {
        var filter: BSONDocument = ["user": .objectID(user.bytes)]
        if let kept { filter.append("_id", .document(["$ne": .binary(kept.bytes)])) }
        return try reported { () throws(MongoFailure) in try sessions.deleteAll(filter) }
    }
}
