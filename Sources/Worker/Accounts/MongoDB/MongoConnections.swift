// Connections to MongoDB, and the commands that go over them: bytes out, bytes in.
//
// Unsafe: the pool belongs to this object and is destroyed with it. Every client is given back to the
// pool by the function that took it, and only one thread uses it in between, as libmongoc requires.
// libmongoc fills in a reply whatever happens, so the reply is always destroyed.

import CMongo
import Settings
import Synchronization

/// libmongoc, once for the process.
enum MongoLibrary {
    static func start() { started }

    private static let started: Void = {
        mongoc_init()
        // It would write to standard error, twice a second while a server is gone. What matters comes
        // back as an error of the operation.
        mongoc_log_set_handler(nil, nil)
    }()
}

/// Any thread may call any method; each blocks, for a bounded time.
final class MongoConnections: Sendable {
    private let address: MongoAddress
    private let pool = Mutex<Pool?>(nil)

    init(_ address: MongoAddress) {
        self.address = address
    }

    enum Kind {
        case read
        case write
    }

    /// Runs one command. Throws also when a majority does not confirm a write.
    func run(_ kind: Kind, _ command: BSONDocument) throws(MongoFailure) -> BSONDocument {
        let pool = try openPool()
        let reply = try unsafe pool.withClient { client throws(MongoFailure) in
            try unsafe Self.exchange(kind, command, database: address.database, client)
        }
        if let unconfirmed = reply["writeConcernError"]?.document {
            throw MongoFailure(refusal: unconfirmed)
        }
        return reply
    }

    /// A change of documents of one collection. libmongoc repeats it when a connection broke and the
    /// server can tell that it is the same change.
    enum Change {
        case insert(BSONDocument)
        case updateOne(BSONDocument, BSONDocument, orInserts: Bool)
        case deleteOne(BSONDocument)
        case deleteAll(BSONDocument)
    }

    /// Returns what the server says it has done: `matchedCount`, `deletedCount`.
    @discardableResult
    func change(_ collection: String, _ change: Change) throws(MongoFailure) -> BSONDocument {
        let pool = try openPool()
        return try unsafe pool.withClient { client throws(MongoFailure) in
            let handle = unsafe mongoc_client_get_collection(client, address.database, collection)
            defer { unsafe mongoc_collection_destroy(handle) }
            return try unsafe withReply { reply, error in
                unsafe change.perform(on: handle, reply, &error)
            }
        }
    }

    /// The pool is made at the first use: finding the servers of a mongodb+srv URI takes a while, and
    /// may fail now and succeed later.
    private func openPool() throws(MongoFailure) -> Pool {
        try pool.withLock { pool throws(MongoFailure) in
            if let pool { return pool }
            let made = try Pool(address)
            pool = made
            return made
        }
    }

    private static func exchange(
        _ kind: Kind, _ command: BSONDocument, database: String, _ client: OpaquePointer
    ) throws(MongoFailure) -> BSONDocument {
        try unsafe withReply { reply, error in
            unsafe withBSON(command) { command in
                switch kind {
                case .read:
                    unsafe mongoc_client_read_command_with_opts(
                        client, database, command, nil, nil, reply, &error)
                case .write:
                    unsafe mongoc_client_write_command_with_opts(
                        client, database, command, nil, reply, &error)
                }
            }
        }
    }
}

extension MongoConnections.Change {
    fileprivate func perform(
        on collection: OpaquePointer?, _ reply: OpaquePointer, _ error: inout bson_error_t
    ) -> Bool {
        switch self {
        case .insert(let document):
            unsafe withBSON(document) { document in
                unsafe mongoc_collection_insert_one(collection, document, nil, reply, &error)
            }
        case .updateOne(let filter, let change, let orInserts):
            unsafe withBSON(filter) { filter in
                unsafe withBSON(change) { change in
                    unsafe withBSON(["upsert": .bool(orInserts)]) { options in
                        unsafe mongoc_collection_update_one(
                            collection, filter, change, options, reply, &error)
                    }
                }
            }
        case .deleteOne(let filter):
            unsafe withBSON(filter) { filter in
                unsafe mongoc_collection_delete_one(collection, filter, nil, reply, &error)
            }
        case .deleteAll(let filter):
            unsafe withBSON(filter) { filter in
                unsafe mongoc_collection_delete_many(collection, filter, nil, reply, &error)
            }
        }
    }
}

/// Owns libmongoc's pool, which is safe to use from several threads.
@safe private final class Pool: @unchecked Sendable {
    private let pool: OpaquePointer

    /// Does not connect yet, but asks DNS for the servers of a mongodb+srv URI.
    init(_ address: MongoAddress) throws(MongoFailure) {
        var error = bson_error_t()
        let made = unsafe address.withHandle { uri in
            unsafe mongoc_client_pool_new_with_error(uri, &error)
        }
        guard let made = unsafe made else { throw MongoFailure.noPool(error) }
        // Tells errors of servers from libmongoc's own, by their domain.
        unsafe mongoc_client_pool_set_error_api(made, MONGOC_ERROR_API_VERSION_2)
        unsafe pool = made
    }

    deinit {
        unsafe mongoc_client_pool_destroy(pool)
    }

    /// Waits for a free client, for as long as `waitQueueTimeoutMS` allows.
    func withClient<Result>(
        _ body: (OpaquePointer) throws(MongoFailure) -> Result
    ) throws(MongoFailure) -> Result {
        guard let client = unsafe mongoc_client_pool_pop(pool) else {
            throw MongoFailure.poolEmpty
        }
        defer { unsafe mongoc_client_pool_push(pool, client) }
        return try unsafe body(client)
    }
}

/// Calls C with room for a reply and an error, and reads the one that is filled in.
private func withReply(
    _ body: (_ reply: OpaquePointer, _ error: inout bson_error_t) -> Bool
) throws(MongoFailure) -> BSONDocument {
    // The size and alignment that bson_t has in C, where Swift sees an opaque type.
    let room = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
    defer { unsafe room.deallocate() }
    let reply = OpaquePointer(room)
    unsafe bson_init(reply)
    var error = bson_error_t()
    let hasSucceeded = unsafe body(reply, &error)
    defer { unsafe bson_destroy(reply) }
    let document = unsafe decoded(reply)
    guard hasSucceeded else { throw MongoFailure(error, reply: document) }
    guard let document else { throw MongoFailure.malformed }
    return document
}

/// Calls C with a document, which is valid during `body` only.
private func withBSON(_ document: BSONDocument, _ body: (OpaquePointer) -> Bool) -> Bool {
    let bytes = document.encoded()
    let made = unsafe bytes.withUnsafeBufferPointer { buffer in
        unsafe bson_new_from_data(buffer.baseAddress, buffer.count)
    }
    guard let made = unsafe made else { preconditionFailure("a document has its length") }
    defer { unsafe bson_destroy(made) }
    return unsafe body(made)
}

private func decoded(_ bson: OpaquePointer) -> BSONDocument? {
    guard let data = unsafe bson_get_data(bson) else { return nil }
    // A document begins with its length, which libbson has checked.
    let length = unsafe UnsafeRawPointer(data).loadUnaligned(as: UInt32.self)
    let bytes = unsafe UnsafeBufferPointer(start: data, count: Int(UInt32(littleEndian: length)))
    return try? BSONDocument(decoding: unsafe Array(bytes))
}
