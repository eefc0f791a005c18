// Users in MongoDB. Only its unique index gives a name to a user.

import Channel
import StreamState

extension MongoStore {
    package func insert(_ user: UserRecord) throws(StoreError) {
        do throws(MongoFailure) {
            try users.insert(user.document)
        } catch {
            throw error.isDuplicate ? .nameTaken : error.storeError
        }
    }

    package func user(named name: StreamName) throws(StoreError) -> UserRecord? {
        try user([MongoName.username: .string(name.text)])
    }

    package func user(withStreamKey digest: SecretDigest) throws(StoreError) -> UserRecord? {
        try user(["\(MongoName.streamKey).\(MongoName.digest)": .binary(digest.bytes)])
    }

    func user(_ filter: BSONDocument) throws(StoreError) -> UserRecord? {
        try reported { () throws(MongoFailure) in
            try users.first(filter, fields: UserRecord.projection).flatMap(UserRecord.init)
        }
    }

    /// Leaves out names that Weir would not give, and asks for more to fill the page.
    package func users(after name: StreamName?, limit: Int) throws(StoreError) -> [UserRecord] {
        var found: [UserRecord] = []
        var last = name?.text ?? ""
        while found.count < limit {
            let wanted = limit - found.count
            let page = try reported { () throws(MongoFailure) in
                try users.find(
                    [MongoName.username: .document(["$gt": .string(last)])],
                    fields: UserRecord.projection, sortedBy: [MongoName.username: .int32(1)],
                    limit: wanted)
            }
            found += page.compactMap(UserRecord.init)
            // $gt finds only strings, and a name that is not UTF-8 would not get nearer to the end.
            guard page.count == wanted, let next = page.last?[MongoName.username]?.string,
                next != last
            else { break }
            last = next
        }
        return found
    }

    package func setPassword(
        _ encoded: String, replacing old: String?, of user: UserID
    ) throws(StoreError) -> Bool {
        var filter: BSONDocument = ["_id": .objectID(user.bytes)]
        if let old { filter.append(MongoName.password, .string(old)) }
        return try change(filter, ["$set": .document([MongoName.password: .string(encoded)])])
    }

    package func setStreamKey(
        _ key: StreamKeyRecord?, of user: UserID
    ) throws(StoreError) -> Bool {
        let change: BSONDocument =
            if let key {
                ["$set": .document([MongoName.streamKey: .document(key.document)])]
            } else {
                ["$unset": .document([MongoName.streamKey: .bool(true)])]
            }
        return try self.change(["_id": .objectID(user.bytes)], change)
    }

    package func setWords(
        _ words: BroadcastWords, of user: UserID
    ) throws(StoreError) -> Bool {
        try change(
            ["_id": .objectID(user.bytes)],
            ["$set": .document([MongoName.words: BSONValue(words.json)])])
    }

    package func setProfile(_ profile: Profile, of user: UserID) throws(StoreError) -> Bool {
        try change(
            ["_id": .objectID(user.bytes)],
            ["$set": .document([MongoName.profile: BSONValue(profile.json)])])
    }

    package func setDisabled(_ isDisabled: Bool, of user: UserID) throws(StoreError) -> Bool {
        try change(
            ["_id": .objectID(user.bytes)],
            ["$set": .document([MongoName.disabled: .bool(isDisabled)])])
    }

    func change(
        _ filter: BSONDocument, _ change: BSONDocument
    ) throws(StoreError) -> Bool {
        try reported { () throws(MongoFailure) in try users.updateOne(filter, change) }
    }

    /// The user goes first: sessions without a user are worthless, and end by themselves.
    package func remove(user: UserID) throws(StoreError) -> Bool {
        try reported { () throws(MongoFailure) in
            let wasThere = try users.deleteOne(["_id": .objectID(user.bytes)])
            try sessions.deleteAll(["user": .objectID(user.bytes)])
            try pictures.deleteOne(["_id": .objectID(user.bytes)])
            return wasThere
        }
    }
}
