// Pictures of users in MongoDB: documents of their own, because users are read much more often.

import Channel

extension MongoStore {
    /// The picture comes before what refers to it, and goes after that. One whose user is gone meanwhile goes
    /// too: whoever removes a user removes the picture after that.
    package func setPicture(
        _ picture: PictureRecord?, of user: UserID
    ) throws(StoreError) -> Bool {
        let id: BSONDocument = ["_id": .objectID(user.bytes)]
        guard let picture else {
            let isThere = try change(
                id, ["$unset": .document([MongoName.picture: .bool(true)])])
            try reported { () throws(MongoFailure) in try pictures.deleteOne(id) }
            return isThere
        }
        try reported { () throws(MongoFailure) in try put(picture, id) }
        let isThere = try change(
            id, ["$set": .document([MongoName.picture: .string(picture.tag.text)])])
        if !isThere { try reported { () throws(MongoFailure) in try pictures.deleteOne(id) } }
        return isThere
    }

    private func put(_ picture: PictureRecord, _ id: BSONDocument) throws(MongoFailure) {
        let fields: BSONDocument = [
            "type": .string(picture.format.contentType), "bytes": .binary(picture.bytes),
        ]
        let change: BSONDocument = ["$set": .document(fields)]
        do throws(MongoFailure) {
            try pictures.updateOne(id, change, orInserts: true)
        } catch {
            // Another process has just inserted it.
            guard error.isDuplicate else { throw error }
            try pictures.updateOne(id, change)
        }
    }

    package func picture(of user: UserID) throws(StoreError) -> PictureRecord? {
        let found = try reported { () throws(MongoFailure) in
            try pictures.first(["_id": .objectID(user.bytes)])
        }
        guard let type = found?["type"]?.string, let bytes = found?["bytes"]?.binary else {
            return nil
        }
        return PictureRecord(contentType: type, bytes: bytes)
    }
}
