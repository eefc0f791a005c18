// Broadcasts in MongoDB: entries of `streams` in the document of their user. Other entries, which the
// first server has left there, stay.

import StreamState

extension MongoStore {
    /// Adding is guarded by the id, and removing is by ids, so both may happen twice.
    package func record(
        _ broadcast: BroadcastRecord, of name: StreamName, limit: Int
    ) throws(StoreError) -> Bool {
        let user: BSONDocument = [MongoName.username: .string(name.text)]
        return try reported { () throws(MongoFailure) in
            var absent = user
            absent.append(
                "\(MongoName.streams).id", .document(["$ne": .string(broadcast.id)]))
            try users.updateOne(
                absent,
                ["$push": .document([MongoName.streams: .document(broadcast.document)])])
            guard let recorded = try broadcasts(user) else { return false }
            let surplus = recorded.dropFirst(limit).map { BSONValue.string($0.id) }
            guard !surplus.isEmpty else { return true }
            let entries: BSONDocument = ["id": .document(["$in": .array(surplus)])]
            return try users.updateOne(
                user, ["$pull": .document([MongoName.streams: .document(entries)])])
        }
    }

    package func broadcasts(
        of user: UserID, limit: Int
    ) throws(StoreError) -> [BroadcastRecord] {
        let found = try reported { () throws(MongoFailure) in
            try broadcasts(["_id": .objectID(user.bytes)])
        }
        return Array((found ?? []).prefix(limit))
    }

    /// The newest first; nil when there is no such user.
    private func broadcasts(
        _ user: BSONDocument
    ) throws(MongoFailure) -> [BroadcastRecord]? {
        try users.first(user, fields: [MongoName.streams: .int32(1)]).map { user in
            (user[MongoName.streams]?.array ?? []).compactMap(\.document)
                .compactMap(BroadcastRecord.init)
                .sorted { ($0.startedAtMs, $0.id) > ($1.startedAtMs, $1.id) }
        }
    }
}
