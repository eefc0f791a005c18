// The commands that Weir uses on one collection.

/// A collection of the database that the URI names. Any thread may use it.
struct MongoCollection: Sendable {
    let name: String
    let connections: MongoConnections

    /// The first `limit` documents, at most a few thousand, so that they come in one reply.
    func find(
        _ filter: BSONDocument, fields: BSONDocument? = nil, sortedBy sort: BSONDocument? = nil,
        skip: Int = 0, limit: Int
    ) throws(MongoFailure) -> [BSONDocument] {
        // To the server, a limit of 0 means no limit.
        guard limit > 0 else { return [] }
        var command: BSONDocument = ["find": .string(name), "filter": .document(filter)]
        if let fields { command.append("projection", .document(fields)) }
        if let sort { command.append("sort", .document(sort)) }
        if skip > 0 { command.append("skip", .int64(Int64(skip))) }
        command.append("limit", .int64(Int64(limit)))
        command.append("batchSize", .int64(Int64(limit)))
        command.append("singleBatch", .bool(true))
        let reply = try connections.run(.read, command)
        guard let documents = reply["cursor"]?.document?["firstBatch"]?.array else {
            throw .malformed
        }
        return documents.compactMap(\.document)
    }

    func first(
        _ filter: BSONDocument, fields: BSONDocument? = nil
    ) throws(MongoFailure) -> BSONDocument? {
        try find(filter, fields: fields, limit: 1).first
    }

    func insert(_ document: BSONDocument) throws(MongoFailure) {
        try connections.change(name, .insert(document))
    }

    /// Returns whether a document matched `filter`.
    @discardableResult
    func updateOne(
        _ filter: BSONDocument, _ change: BSONDocument, orInserts: Bool = false
    ) throws(MongoFailure) -> Bool {
        let reply = try connections.change(name, .updateOne(filter, change, orInserts: orInserts))
        return (reply["matchedCount"]?.integer ?? 0) > 0
    }

    /// Changes one document and returns its new form; nil when no document matches `filter`.
    func changed(
        _ filter: BSONDocument, _ change: BSONDocument, orInserts: Bool = false
    ) throws(MongoFailure) -> BSONDocument? {
        let reply = try connections.run(
            .write,
            [
                "findAndModify": .string(name), "query": .document(filter),
                "update": .document(change), "new": .bool(true), "upsert": .bool(orInserts),
            ])
        return reply["value"]?.document
    }

    /// Returns whether there was one.
    @discardableResult
    func deleteOne(_ filter: BSONDocument) throws(MongoFailure) -> Bool {
        let reply = try connections.change(name, .deleteOne(filter))
        return (reply["deletedCount"]?.integer ?? 0) > 0
    }

    /// Returns how many there were.
    @discardableResult
    func deleteAll(_ filter: BSONDocument) throws(MongoFailure) -> Int {
        let reply = try connections.change(name, .deleteAll(filter))
        return Int(clamping: reply["deletedCount"]?.integer ?? 0)
    }
}
