// Users, sessions and broadcasts as documents. Documents of other writers are read with care: one that
// lacks what Weir needs counts as absent, and fields that Weir does not know stay untouched.

import Channel
import StreamState
import Text

/// The names of collections and fields.
enum MongoName {
    static let users = "users"
    static let sessions = "sessions"
    static let attempts = "attempts"
    static let pictures = "pictures"
    static let weir = "weir"

    /// Fields in the form of the first server.
    static let username = "username"
    static let password = "password"
    static let streams = "streams"
    static let files = "files"
    /// Weir's own fields.
    static let createdAt = "createdAt"
    static let disabled = "disabled"
    static let streamKey = "streamKey"
    static let words = "broadcast"
    static let profile = "profile"
    /// The tag of the picture.
    static let picture = "picture"
    static let digest = "digest"
    static let schema = "schema"
}

extension UserRecord {
    /// The fields of a user that are read: not `streams` and `files`, which may be large.
    static let projection: BSONDocument = [
        MongoName.username: .int32(1), MongoName.password: .int32(1),
        MongoName.createdAt: .int32(1), MongoName.disabled: .int32(1),
        MongoName.streamKey: .int32(1), MongoName.words: .int32(1), MongoName.profile: .int32(1),
        MongoName.picture: .int32(1),
    ]

    /// A new user, who has no streams and no files.
    var document: BSONDocument {
        var document: BSONDocument = [
            "_id": .objectID(id.bytes), MongoName.username: .string(name.text),
            MongoName.password: .string(password), MongoName.streams: .array([]),
            MongoName.files: .array([]), MongoName.createdAt: .date(createdAtMs),
            MongoName.disabled: .bool(isDisabled), MongoName.schema: .int32(MongoSchema.version),
        ]
        if let streamKey {
            document.append(MongoName.streamKey, .document(streamKey.document))
        }
        if words != .none { document.append(MongoName.words, BSONValue(words.json)) }
        if profile != .none { document.append(MongoName.profile, BSONValue(profile.json)) }
        return document
    }

    /// Nil when Weir would not give that name, or the id is not MongoDB's.
    init?(_ document: BSONDocument) {
        guard let id = document["_id"]?.objectID.map(UserID.init(bytes:)),
            let text = document[MongoName.username]?.string,
            let name = try? StreamName(text), name.text == text
        else { return nil }
        self.init(
            id: id, name: name,
            password: document[MongoName.password]?.string ?? "",
            isDisabled: document[MongoName.disabled]?.isTrue ?? false,
            createdAtMs: document[MongoName.createdAt]?.dateMs ?? id.createdAtMs,
            streamKey: document[MongoName.streamKey]?.document.flatMap(StreamKeyRecord.init),
            words: BroadcastWords(stored: document[MongoName.words]?.json ?? .null),
            profile: Profile(stored: document[MongoName.profile]?.json ?? .null),
            pictureTag: document[MongoName.picture]?.string.flatMap(PictureTag.init))
    }
}

extension UserID {
    /// An ObjectId begins with the second in which it was made.
    var createdAtMs: UInt64 { bytes.prefix(4).reduce(0) { $0 << 8 | UInt64($1) } * 1_000 }
}

extension StreamKeyRecord {
    var document: BSONDocument {
        [MongoName.digest: .binary(digest.bytes), MongoName.createdAt: .date(createdAtMs)]
    }

    init?(_ document: BSONDocument) {
        guard let digest = SecretDigest(document[MongoName.digest]) else { return nil }
        self.init(digest: digest, createdAtMs: document[MongoName.createdAt]?.dateMs ?? 0)
    }
}

extension SecretDigest {
    init?(_ value: BSONValue?) {
        guard let bytes = value?.binary, bytes.count == Self.byteCount else { return nil }
        self.init(bytes: bytes)
    }
}

extension SessionRecord {
    var document: BSONDocument {
        [
            "_id": .binary(id.bytes), "user": .objectID(user.bytes),
            MongoName.createdAt: .date(createdAtMs), "lastSeenAt": .date(lastSeenAtMs),
            "expiresAt": .date(expiresAtMs), "address": .string(address),
            "userAgent": .string(userAgent),
        ]
    }

    init?(_ document: BSONDocument) {
        guard let id = SecretDigest(document["_id"]),
            let user = document["user"]?.objectID.map(UserID.init(bytes:)),
            let expiresAtMs = document["expiresAt"]?.dateMs
        else { return nil }
        self.init(
            id: id, user: user, createdAtMs: document[MongoName.createdAt]?.dateMs ?? 0,
            lastSeenAtMs: document["lastSeenAt"]?.dateMs ?? 0, expiresAtMs: expiresAtMs,
            address: document["address"]?.string ?? "",
            userAgent: document["userAgent"]?.string ?? "")
    }
}

extension BroadcastRecord {
    /// An entry of `streams`.
    var document: BSONDocument {
        var document: BSONDocument = [
            "id": .string(id), "start": .date(startedAtMs), "end": .date(endedAtMs),
            "durationMs": .count(durationMs), "bytes": .count(bytes),
            "peakViewers": .int64(Int64(peakViewers)),
        ]
        if !title.isEmpty { document.append("title", .string(title)) }
        if wasUnlisted { document.append("unlisted", .bool(true)) }
        return document
    }

    /// Nil for other things that the first server, or another writer, keeps in `streams`.
    init?(_ document: BSONDocument) {
        guard let id = document["id"]?.string, let startedAtMs = document["start"]?.dateMs,
            let endedAtMs = document["end"]?.dateMs
        else { return nil }
        self.init(
            id: id, startedAtMs: startedAtMs, endedAtMs: endedAtMs,
            bytes: document["bytes"]?.unsigned ?? 0,
            peakViewers: Int(clamping: document["peakViewers"]?.integer ?? 0),
            title: document["title"]?.string ?? "",
            wasUnlisted: document["unlisted"]?.isTrue ?? false)
    }
}
