// Accounts in MongoDB, or in another server that speaks its protocol. Every write is acknowledged by a
// majority of the servers, journalled (see MongoAddress). No operation needs a transaction, so a single
// server will do as well as a replica set.
//
// Threads: any; libmongoc's pool gives each operation a connection of its own.

/// See AccountStore. The errors' reasons never contain the URI's password.
package final class MongoStore: AccountStore {
    let users: MongoCollection
    let sessions: MongoCollection
    let attempts: MongoCollection
    let pictures: MongoCollection
    let weir: MongoCollection
    let schema: MongoSchema

    /// Does not connect yet. Errors: `.unusable` when `uri` is not a MongoDB URI.
    package init(uri: String) throws(StoreError) {
        let connections = MongoConnections(try MongoAddress(uri))
        users = MongoCollection(name: MongoName.users, connections: connections)
        sessions = MongoCollection(name: MongoName.sessions, connections: connections)
        attempts = MongoCollection(name: MongoName.attempts, connections: connections)
        pictures = MongoCollection(name: MongoName.pictures, connections: connections)
        weir = MongoCollection(name: MongoName.weir, connections: connections)
        schema = MongoSchema(connections: connections)
    }

    package func prepare() throws(StoreError) {
        try schema.prepare()
    }

    /// Also restores an index that was dropped, or not restored from a backup: without it, names would
    /// no longer be unique.
    package func check() throws(StoreError) {
        if try !schema.isPrepared() { try schema.prepare() }
    }

    package func removeExpired(nowMs: UInt64) throws(StoreError) {
        let past: BSONValue = .document(["$lte": .date(nowMs)])
        try reported { () throws(MongoFailure) in
            try sessions.deleteAll(["expiresAt": past])
            try attempts.deleteAll(["windowEndsAt": past])
            try schema.completeUsers()
        }
    }

    /// Runs operations, and reports their failures in the terms of all stores.
    @discardableResult
    func reported<Result>(
        _ body: () throws(MongoFailure) -> Result
    ) throws(StoreError) -> Result {
        do throws(MongoFailure) {
            return try body()
        } catch {
            throw error.storeError
        }
    }
}
