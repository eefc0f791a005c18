// Counts of attempts, and secrets, in MongoDB.

extension MongoStore {
    package func change(
        attempts changes: [AttemptChange], nowMs: UInt64
    ) throws(StoreError) -> [AttemptCount] {
        try reported { () throws(MongoFailure) in
            var counts: [AttemptCount] = []
            for change in changes {
                switch change {
                case .count(let limit):
                    let counted = try count(limit, nowMs: nowMs)
                    counts.append(counted)
                    if counted.count > limit.count { return counts }
                case .discount(let key):
                    try attempts.updateOne(
                        ["_id": .string(key), "count": .document(["$gt": .int64(0)])],
                        ["$inc": .document(["count": .int64(-1)])])
                case .forget(let key):
                    try attempts.deleteOne(["_id": .string(key)])
                }
            }
            return counts
        }
    }

    /// Either the count of the present window goes up, or a new window begins; each is one atomic
    /// change. If another process begins the window in between, the second change finds the id taken,
    /// and this starts over.
    private func count(
        _ limit: AttemptLimit, nowMs: UInt64
    ) throws(MongoFailure) -> AttemptCount {
        for _ in 0..<Self.triesToCount {
            let isRunning = BSONValue.document([
                "$gt": .date(nowMs), "$lte": .date(limit.latestEndMs(nowMs: nowMs)),
            ])
            let running = try attempts.changed(
                ["_id": .string(limit.key), "windowEndsAt": isRunning],
                ["$inc": .document(["count": .int64(1)])])
            if let running { return AttemptCount(running) }
            if let begun = try begin(limit, nowMs: nowMs, unless: isRunning) { return begun }
        }
        throw .contended
    }

    private static let triesToCount = 10

    /// Nil when another process was faster.
    private func begin(
        _ limit: AttemptLimit, nowMs: UInt64, unless isRunning: BSONValue
    ) throws(MongoFailure) -> AttemptCount? {
        let endsAtMs = nowMs.addingReportingOverflow(limit.windowMs)
        do throws(MongoFailure) {
            return try attempts.changed(
                ["_id": .string(limit.key), "windowEndsAt": .document(["$not": isRunning])],
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

    package func attempts(_ key: String, nowMs: UInt64) throws(StoreError) -> Int {
        let found = try reported { () throws(MongoFailure) in
            try attempts.first(
                ["_id": .string(key), "windowEndsAt": .document(["$gt": .date(nowMs)])])
        }
        return found.map { AttemptCount($0).count } ?? 0
    }

    package func forgetAttempts(beginningWith prefix: String) throws(StoreError) {
        let end = AttemptCount.end(of: prefix)
        _ = try reported { () throws(MongoFailure) in
            try attempts.deleteAll(
                ["_id": .document(["$gte": .string(prefix), "$lt": .string(end)])])
        }
    }

    // MARK: Secrets

    /// Kept beside the version of the schema. If another process is faster, its secret is returned.
    package func secret(
        _ name: String, orKeep candidate: [UInt8]
    ) throws(StoreError) -> [UInt8] {
        let filter: BSONDocument = ["_id": .string(name)]
        return try reported { () throws(MongoFailure) in
            if let kept = try weir.first(filter)?["value"]?.binary { return kept }
            do throws(MongoFailure) {
                try weir.insert(["_id": .string(name), "value": .binary(candidate)])
                return candidate
            } catch {
                guard error.isDuplicate else { throw error }
                guard let kept = try weir.first(filter)?["value"]?.binary else {
                    throw .malformed
                }
                return kept
            }
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
