// Counts of attempts in MongoDB.

extension MongoStore {
    /// Either the count of a window that runs goes up, or a new window begins; each is one atomic
    /// change. When another process begins the window in between, the second finds the id taken, and
    /// it starts over.
    package func countAttempt(
        _ key: String, nowMs: UInt64, windowMs: UInt64
    ) throws(StoreError) -> AttemptCount {
        try reported { () throws(MongoFailure) in
            for _ in 0..<Self.triesToCount {
                let running = try attempts.changed(
                    ["_id": .string(key), "windowEndsAt": .document(["$gt": .date(nowMs)])],
                    ["$inc": .document(["count": .int64(1)])])
                if let running { return AttemptCount(running) }
                if let begun = try begin(key, nowMs: nowMs, windowMs: windowMs) { return begun }
            }
            throw .contended
        }
    }

    private static let triesToCount = 10

    /// Nil when another process was faster.
    private func begin(
        _ key: String, nowMs: UInt64, windowMs: UInt64
    ) throws(MongoFailure) -> AttemptCount? {
        let endsAtMs = nowMs.addingReportingOverflow(windowMs)
        do throws(MongoFailure) {
            return try attempts.changed(
                ["_id": .string(key), "windowEndsAt": .document(["$lte": .date(nowMs)])],
                [
                    "$set": .document([
                        "count": .int64(1),
                        "windowEndsAt": .date(endsAtMs.overflow ? .max : endsAtMs.partialValue),
                    ])
                ], orInserts: true
            ).map(AttemptCount.init)
        } catch {
            if error.isDuplicate { return nil }
            throw error
        }
    }

    package func discountAttempt(_ key: String) throws(StoreError) {
        try reported { () throws(MongoFailure) in
            try attempts.updateOne(
                ["_id": .string(key), "count": .document(["$gt": .int64(0)])],
                ["$inc": .document(["count": .int64(-1)])])
        }
    }

    package func forgetAttempts(_ key: String) throws(StoreError) {
        try reported { () throws(MongoFailure) in
            _ = try attempts.deleteOne(["_id": .string(key)])
        }
    }
}

extension AttemptCount {
    fileprivate init(_ document: BSONDocument) {
        self.init(
            count: Int(clamping: document["count"]?.integer ?? 0),
            windowEndsAtMs: document["windowEndsAt"]?.dateMs ?? 0)
    }
}
