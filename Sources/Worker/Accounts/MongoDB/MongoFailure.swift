// Why an operation on MongoDB failed, judged by codes and never by texts, and what that means to Weir.
//
// Unsafe: libmongoc's error is a value whose message ends in a NUL within its buffer. It is read to that
// NUL or to the end of the buffer.

import CMongo

/// A failure as libmongoc or the server reports it.
struct MongoFailure: Error, Equatable {
    enum Origin: Equatable {
        /// The server refused, with this code.
        case server(code: Int)
        /// The server was not reached, or did not answer.
        case connection
        /// Weir cannot work with the server's answer, or with what it has stored.
        case unfit
    }

    let origin: Origin
    /// For operators; contains no secret.
    let reason: String

    /// Two documents would have the same name, or id.
    var isDuplicate: Bool { origin == .server(code: Self.duplicateCode) }

    /// There is already an index of those fields, with other options or another name.
    var isOtherIndex: Bool { origin == .server(code: 85) || origin == .server(code: 86) }

    var storeError: StoreError {
        switch origin {
        case .connection: .unavailable(reason: reason)
        case .unfit: .unusable(reason: reason)
        case .server(let code):
            Self.passing.contains(code)
                ? .unavailable(reason: reason) : .unusable(reason: reason)
        }
    }

    static let malformed = MongoFailure(
        origin: .unfit, reason: "MongoDB sent something that is no document")

    private static let duplicateCode = 11_000

    /// Codes of failures that end sooner or later: elections, shutdowns, full disks, timeouts, no
    /// majority, and credentials, which the operator will correct.
    private static let passing: Set<Int> = [
        6, 7, 18, 24, 50, 64, 79, 89, 91, 100, 112, 133, 134, 189, 202, 262, 290, 317, 384, 9001,
        10_058, 10_107, 11_600, 11_601, 11_602, 13_388, 13_435, 13_436, 14_031,
    ]

    private init(origin: Origin, reason: String) {
        self.origin = origin
        self.reason = reason
    }

    /// A refusal, from the part of a reply with `code` and `errmsg`. The server's words are left out:
    /// they may quote the command, and so something that must not get into a log.
    init(refusal: BSONDocument) {
        let code = refusal["code"]?.integer.map(Int.init(truncatingIfNeeded:)) ?? 0
        let name = refusal["codeName"]?.string.map { " (\(Self.printable($0)))" } ?? ""
        let rights = code == 13 ? ": the user needs the role readWrite" : ""
        self.init(
            origin: .server(code: code),
            reason: "MongoDB refused with error \(code)\(name)\(rights)")
    }

    /// - Parameter reply: the server's answer, if there was one.
    init(_ error: bson_error_t, reply: BSONDocument?) {
        if error.domain == MONGOC_ERROR_SERVER.rawValue {
            let hasCode = reply?["code"] != nil
            self.init(refusal: hasCode ? reply ?? [:] : ["code": .int64(Int64(error.code))])
            return
        }
        let text = Self.text(of: error)
        self.init(origin: .connection, reason: "MongoDB does not answer: \(text)")
    }

    static let poolEmpty = MongoFailure(
        origin: .connection, reason: "no connection to MongoDB is free")

    /// Others changed the same document again and again.
    static let contended = MongoFailure(
        origin: .connection, reason: "too many changes of one document at once")

    static func twice(_ field: String, in collection: String) -> MongoFailure {
        MongoFailure(
            origin: .unfit,
            reason: "several documents of \(collection) have the same \(field): make it unique")
    }

    static func notUnique(_ field: String, in collection: String) -> MongoFailure {
        MongoFailure(
            origin: .unfit,
            reason: "\(collection) has an index on \(field) that is not unique: drop that index")
    }

    static func noPool(_ error: bson_error_t) -> MongoFailure {
        let text = Self.text(of: error)
        return MongoFailure(origin: .connection, reason: "MongoDB cannot be found: \(text)")
    }

    /// The message, on one line.
    static func text(of error: bson_error_t) -> String {
        let characters = unsafe withUnsafeBytes(of: error.message) { buffer in
            unsafe Array(buffer.prefix { $0 != 0 })
        }
        return printable(String(decoding: characters, as: UTF8.self))
    }

    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    }
}
