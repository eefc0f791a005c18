// What every store of accounts must do, whatever stands behind it: one suite, run once for each kind.
// A kind takes part by being in `StoreKind.all`; the files StoreConformance*Tests ask the same of all.

import Channel
import Foundation
import StreamState
import Testing
import Text

@testable import Accounts

/// A kind of store, and how to have an empty one.
struct StoreKind: Sendable, CustomTestStringConvertible {
    let name: String
    /// A place of its own for the data of one test: empty at first, gone when its value is.
    let makePlace: @Sendable () throws -> any StorePlace

    var testDescription: String { name }

    /// Those that the suite is run with.
    static let all: [StoreKind] = [.memory, .sqlite, .mongo, .measured]

    /// A place, and a prepared store in it.
    func make() throws -> (place: any StorePlace, store: any AccountStore) {
        let place = try makePlace()
        return (place, try place.openPrepared())
    }
}

/// Where one test's data lies.
protocol StorePlace: AnyObject {
    /// A store with this data, with nothing in common with others that were opened here but the data:
    /// as if it were another process, or another node. Not prepared.
    func open() throws -> any AccountStore
}

extension StorePlace {
    func openPrepared() throws -> any AccountStore {
        let store = try open()
        try store.prepare()
        return store
    }
}

/// A time far in the future, so that no database that looks at its own clock finds anything of the
/// tests' expired.
let testNowMs: UInt64 = 4_000_000_000_000

extension UserID {
    static func random() -> UserID {
        UserID(bytes: (0..<byteCount).map { _ in .random(in: 0...255) })
    }
}

extension SecretDigest {
    static func random() -> SecretDigest {
        SecretDigest(bytes: (0..<byteCount).map { _ in .random(in: 0...255) })
    }
}

extension UserRecord {
    static func sample(
        _ name: String, password: String = "$argon2id$sample", streamKey: StreamKeyRecord? = nil
    ) throws -> UserRecord {
        UserRecord(
            id: .random(), name: try StreamName(name), password: password, isDisabled: false,
            createdAtMs: testNowMs, streamKey: streamKey)
    }
}

extension JSONValue {
    init(sample text: String) throws {
        self = try #require(JSONValue(parsing: Array(text.utf8)))
    }
}

extension BroadcastWords {
    static func sample() throws -> BroadcastWords {
        try BroadcastWords(
            JSONValue(
                sample: #"""
                    {"title":"\"Brot\" & <Käse> 😀","description":"one\n$two","language":"pt-BR",
                    "tags":["Backen","a.b"],"unlisted":true}
                    """#))
    }
}

extension Profile {
    static func sample() throws -> Profile {
        try Profile(
            JSONValue(
                sample: #"""
                    {"displayName":"Bäckerei","line":"Every day","links":[
                    {"label":"Shop","address":"https://shop.example.org/a?b=c"}]}
                    """#))
    }
}

extension SessionRecord {
    /// `number` orders sessions: the higher, the younger, and the later seen.
    static func sample(of user: UserRecord, number: Int = 0) -> SessionRecord {
        let beganAtMs = testNowMs + UInt64(number) * 1_000
        return SessionRecord(
            id: .random(), user: user.id, createdAtMs: beganAtMs, lastSeenAtMs: beganAtMs,
            expiresAtMs: testNowMs + 1_000_000, address: "192.0.2.7", userAgent: "A browser/1.0")
    }
}

extension BroadcastRecord {
    /// `number` orders broadcasts: the higher, the later.
    static func sample(_ number: Int) -> BroadcastRecord {
        let startedAtMs = testNowMs + UInt64(number) * 10_000
        return BroadcastRecord(
            id: "broadcast-\(number)", startedAtMs: startedAtMs, endedAtMs: startedAtMs + 5_000,
            bytes: UInt64(number) * 1_000_000, peakViewers: number,
            title: number == 1 ? "" : "Number \(number)", wasUnlisted: number == 2)
    }
}

/// Runs `body` on so many threads at once; returns what each came to, in order.
func onThreads<Outcome: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> Outcome
) -> [Result<Outcome, any Error>] {
    let outcomes = Outcomes<Outcome>(count: count)
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        // Threads of their own: those of Swift's tasks are few and must not be blocked.
        Thread.detachNewThread {
            outcomes.set(index, Result { try body(index) })
            group.leave()
        }
    }
    group.wait()
    return outcomes.all
}

/// Collects what threads come to. Unchecked: every access is under the lock.
private final class Outcomes<Outcome: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var outcomes: [Result<Outcome, any Error>?]

    init(count: Int) {
        outcomes = Array(repeating: nil, count: count)
    }

    func set(_ index: Int, _ outcome: Result<Outcome, any Error>) {
        lock.withLock { outcomes[index] = outcome }
    }

    var all: [Result<Outcome, any Error>] { lock.withLock { outcomes.compactMap { $0 } } }
}

extension AccountStore {
    /// One attempt that has no limit.
    func countAttempt(
        _ key: String, nowMs: UInt64, windowMs: UInt64
    ) throws -> AttemptCount {
        let limit = AttemptLimit(key: key, count: .max, windowMs: windowMs)
        return try #require(try change(attempts: [.count(limit)], nowMs: nowMs).first)
    }

    func discountAttempt(_ key: String) throws {
        _ = try change(attempts: [.discount(key)], nowMs: testNowMs)
    }

    func forgetAttempts(_ key: String) throws {
        _ = try change(attempts: [.forget(key)], nowMs: testNowMs)
    }
}

extension PictureRecord {
    /// Bytes of no format: stores do not look at them. Another number makes another picture.
    static func sample(_ number: UInt8 = 0, bytes: Int = 300) -> PictureRecord {
        let content = (0..<bytes).map { UInt8(truncatingIfNeeded: $0) ^ number }
        guard let record = PictureRecord(contentType: "image/png", bytes: content) else {
            preconditionFailure("PNG is a format")
        }
        return record
    }
}
