// A checked MongoDB URI, completed with Weir's defaults where it says nothing: every wait is bounded,
// and a write is acknowledged when a majority of the servers has it in its journal.
//
// Unsafe: libmongoc's handle of a URI is owned by this value, never changes after init, and is freed in
// deinit. The strings read from it live as long as it does, and are copied.

import CMongo
import Settings

/// A URI that libmongoc has accepted. It never changes, so any thread may read it.
@safe final class MongoAddress: @unchecked Sendable {
    /// The name of the accounts' database: the path of the URI.
    let database: String
    private let uri: OpaquePointer

    private static let databaseDefault = "weir"

    /// Errors: `.unusable`; its reason contains nothing of user name or password.
    init(_ text: String) throws(StoreError) {
        MongoLibrary.start()
        var error = bson_error_t()
        guard !text.utf8.contains(0),
            let uri = unsafe mongoc_uri_new_with_error(text, &error)
        else {
            let why = MongoFailure.text(of: error)
            throw .unusable(reason: Self.refusal(of: text, because: why))
        }
        unsafe self.uri = uri
        let path = unsafe mongoc_uri_get_database(uri)
        database = unsafe path.map { unsafe String(cString: $0) } ?? Self.databaseDefault
        bound()
        try makeDurable()
    }

    deinit {
        unsafe mongoc_uri_destroy(uri)
    }

    /// The handle, valid during `body` only.
    func withHandle<Result: ~Copyable>(_ body: (OpaquePointer) -> Result) -> Result {
        unsafe body(uri)
    }

    /// libmongoc may quote what it rejects, and that may be part of a password. So its words are passed
    /// on only if they are about the rest of the URI, without password and without options that contain
    /// one.
    private static func refusal(of text: String, because why: String) -> String {
        let credentialsEnd = text.lastIndex(of: "@")
        let scheme = text.prefix { $0 != ":" }
        let rest = credentialsEnd.map { "\(scheme)://\(text[text.index(after: $0)...])" } ?? text
        if secretOptions.contains(where: rest.lowercased().contains) {
            return "not a URI of MongoDB"
        }
        guard credentialsEnd != nil else { return "not a URI of MongoDB: \(why)" }
        var error = bson_error_t()
        guard let uri = unsafe mongoc_uri_new_with_error(rest, &error) else {
            return "not a URI of MongoDB: \(MongoFailure.text(of: error))"
        }
        unsafe mongoc_uri_destroy(uri)
        return "not a URI of MongoDB: user name and password must be percent-encoded"
    }

    /// What occurs in the names of options with a secret value: tlsCertificateKeyFilePassword, and
    /// AWS_SESSION_TOKEN in authMechanismProperties.
    private static let secretOptions = ["password", "token"]

    /// Bounds every wait: with a second try, an operation takes at most twice `storeOperationMs`.
    private func bound() {
        let operationMs = Int32(clamping: Limits.storeOperationMs)
        for option in [
            MONGOC_URI_SERVERSELECTIONTIMEOUTMS, MONGOC_URI_CONNECTTIMEOUTMS,
            MONGOC_URI_SOCKETTIMEOUTMS, MONGOC_URI_WAITQUEUETIMEOUTMS,
        ] {
            setDefault(option, operationMs)
        }
        // The monitor notices a server that hangs, which then costs one wait instead of two.
        setDefault(MONGOC_URI_HEARTBEATFREQUENCYMS, Int32(clamping: Limits.storeCheckMs))
        if unsafe mongoc_uri_get_appname(uri) == nil {
            unsafe mongoc_uri_set_appname(uri, "weir")
        }
    }

    private func setDefault(_ option: String, _ value: Int32) {
        guard unsafe !mongoc_uri_has_option(uri, option) else { return }
        unsafe mongoc_uri_set_option_as_int32(uri, option, value)
    }

    private func makeDurable() throws(StoreError) {
        let given = unsafe mongoc_uri_get_write_concern(uri)
        guard unsafe mongoc_write_concern_is_acknowledged(given) else {
            throw .unusable(reason: "w=0 in the URI of MongoDB: accounts would be lost unnoticed")
        }
        let concern = unsafe mongoc_write_concern_copy(given)
        defer { unsafe mongoc_write_concern_destroy(concern) }
        if unsafe !mongoc_uri_has_option(uri, MONGOC_URI_W) {
            unsafe mongoc_write_concern_set_w(concern, MONGOC_WRITE_CONCERN_W_MAJORITY)
        }
        if unsafe !mongoc_uri_has_option(uri, MONGOC_URI_JOURNAL) {
            unsafe mongoc_write_concern_set_journal(concern, true)
        }
        if unsafe mongoc_write_concern_get_wtimeout(concern) == 0 {
            // Shorter than the socket's timeout, so that it is known what happened.
            let waitMs = Int32(clamping: Limits.storeOperationMs * 3 / 4)
            unsafe mongoc_write_concern_set_wtimeout(concern, waitMs)
        }
        unsafe mongoc_uri_set_write_concern(uri, concern)
        readWhatStays()
    }

    /// Reads only data that a change of the primary cannot take back.
    private func readWhatStays() {
        let given = unsafe mongoc_uri_get_read_concern(uri)
        guard unsafe mongoc_read_concern_get_level(given) == nil else { return }
        let concern = unsafe mongoc_read_concern_new()
        defer { unsafe mongoc_read_concern_destroy(concern) }
        unsafe mongoc_read_concern_set_level(concern, MONGOC_READ_CONCERN_LEVEL_MAJORITY)
        unsafe mongoc_uri_set_read_concern(uri, concern)
    }
}
