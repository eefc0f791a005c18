import Channel
import StreamState
import Synchronization

@testable import Accounts

/// A store in memory, with switches that tests throw: it fails when it is told to, and calls back just
/// before an operation, so that a test can do something "at the same moment".
final class MemoryStore: AccountStore {
    struct Contents {
        var users: [UserID: UserRecord] = [:]
        var sessions: [SecretDigest: SessionRecord] = [:]
        var attempts: [String: AttemptCount] = [:]
        var secrets: [String: [UInt8]] = [:]
        var broadcasts: [UserID: [BroadcastRecord]] = [:]
        var pictures: [UserID: PictureRecord] = [:]
    }

    /// What a test can make fail, or wait for.
    enum Operation: Hashable {
        case prepare, check, insertUser, findUser, setPassword, insertSession, findSession, touch
        case changeAttempts, readAttempts, other
    }

    private struct State {
        var contents = Contents()
        var counts: [Operation: Int] = [:]
        var faults: [Operation: StoreError] = [:]
        var hooks: [Operation: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    var contents: Contents { state.withLock { $0.contents } }

    func change(_ body: @Sendable (inout Contents) -> Void) {
        state.withLock { body(&$0.contents) }
    }

    /// How often it has been asked for that.
    func count(of operation: Operation) -> Int { state.withLock { $0.counts[operation] ?? 0 } }

    /// From now on; nil mends it.
    func fail(_ operation: Operation, with error: StoreError?) {
        state.withLock { $0.faults[operation] = error }
    }

    /// Once, before that operation is done.
    func once(before operation: Operation, _ hook: @escaping @Sendable () -> Void) {
        state.withLock { $0.hooks[operation] = hook }
    }

    private func perform<Answer>(
        _ operation: Operation, _ body: (inout Contents) -> Result<Answer, StoreError>
    ) throws(StoreError) -> Answer {
        let hook = state.withLock { $0.hooks.removeValue(forKey: operation) }
        hook?()
        return try state.withLock { state in
            state.counts[operation, default: 0] += 1
            if let fault = state.faults[operation] {
                return Result<Answer, StoreError>.failure(fault)
            }
            return body(&state.contents)
        }.get()
    }

    func prepare() throws(StoreError) { try perform(.prepare) { _ in .success(()) } }

    func check() throws(StoreError) { try perform(.check) { _ in .success(()) } }
}

extension StoreKind {
    static let memory = StoreKind(name: "memory") { MemoryPlace() }

    private final class MemoryPlace: StorePlace {
        private let store = MemoryStore()

        func open() -> any AccountStore { store }
    }
}

// MARK: Users

extension MemoryStore {
    func insert(_ user: UserRecord) throws(StoreError) {
        try perform(.insertUser) { contents -> Result<Void, StoreError> in
            if contents.users.values.contains(where: { $0.name == user.name }) {
                return .failure(.nameTaken)
            }
            contents.users[user.id] = user
            return .success(())
        }
    }

    func user(named name: StreamName) throws(StoreError) -> UserRecord? {
        try perform(.findUser) { contents in
            .success(contents.users.values.first { $0.name == name })
        }
    }

    func user(withStreamKey digest: SecretDigest) throws(StoreError) -> UserRecord? {
        try perform(.findUser) { contents in
            .success(contents.users.values.first { $0.streamKey?.digest == digest })
        }
    }

    func users(after name: StreamName?, limit: Int) throws(StoreError) -> [UserRecord] {
        try perform(.other) { contents in
            let behind = contents.users.values.filter { $0.name.text > (name?.text ?? "") }
            return .success(Array(behind.sorted { $0.name.text < $1.name.text }.prefix(limit)))
        }
    }

    func setPassword(
        _ encoded: String, replacing old: String?, of user: UserID
    ) throws(StoreError) -> Bool {
        try perform(.setPassword) { contents in
            guard let found = contents.users[user], old == nil || found.password == old else {
                return .success(false)
            }
            contents.users[user]?.password = encoded
            return .success(true)
        }
    }

    func setStreamKey(_ key: StreamKeyRecord?, of user: UserID) throws(StoreError) -> Bool {
        try perform(.other) { contents in
            contents.users[user]?.streamKey = key
            return .success(contents.users[user] != nil)
        }
    }

    func setWords(_ words: BroadcastWords, of user: UserID) throws(StoreError) -> Bool {
        try perform(.other) { contents in
            contents.users[user]?.words = words
            return .success(contents.users[user] != nil)
        }
    }

    func setProfile(_ profile: Profile, of user: UserID) throws(StoreError) -> Bool {
        try perform(.other) { contents in
            contents.users[user]?.profile = profile
            return .success(contents.users[user] != nil)
        }
    }

    func setPicture(
        _ picture: PictureRecord?, of user: UserID
    ) throws(StoreError) -> Bool {
        try perform(.other) { contents in
            guard contents.users[user] != nil else { return .success(false) }
            contents.users[user]?.pictureTag = picture?.tag
            contents.pictures[user] = picture
            return .success(true)
        }
    }

    func picture(of user: UserID) throws(StoreError) -> PictureRecord? {
        try perform(.other) { contents in .success(contents.pictures[user]) }
    }

    func setDisabled(_ isDisabled: Bool, of user: UserID) throws(StoreError) -> Bool {
        try perform(.other) { contents in
            contents.users[user]?.isDisabled = isDisabled
            return .success(contents.users[user] != nil)
        }
    }

    func remove(user: UserID) throws(StoreError) -> Bool {
        try perform(.other) { contents in
            contents.sessions = contents.sessions.filter { $0.value.user != user }
            contents.broadcasts[user] = nil
            contents.pictures[user] = nil
            return .success(contents.users.removeValue(forKey: user) != nil)
        }
    }
}

// MARK: Sessions

extension MemoryStore {
    func insert(_ session: SessionRecord, limit: Int) throws(StoreError) {
        try perform(.insertSession) { contents -> Result<Void, StoreError> in
            contents.sessions[session.id] = session
            let own = contents.sessions.values.filter { $0.user == session.user }
            let newestFirst = own.sorted { $0.createdAtMs > $1.createdAtMs }
                .filter { $0.id != session.id }
            for oldest in newestFirst.dropFirst(limit - 1) { contents.sessions[oldest.id] = nil }
            return .success(())
        }
    }

    func session(
        _ id: SecretDigest, nowMs: UInt64
    ) throws(StoreError) -> (session: SessionRecord, user: UserRecord)? {
        try perform(.findSession) { contents in
            guard let session = contents.sessions[id], session.expiresAtMs > nowMs,
                let user = contents.users[session.user]
            else { return .success(nil) }
            return .success((session, user))
        }
    }

    func sessions(of user: UserID, nowMs: UInt64) throws(StoreError) -> [SessionRecord] {
        try perform(.other) { contents in
            let own = contents.sessions.values.filter { $0.user == user && $0.expiresAtMs > nowMs }
            return .success(own.sorted { $0.lastSeenAtMs > $1.lastSeenAtMs })
        }
    }

    func touch(
        session id: SecretDigest, lastSeenAtMs: UInt64, expiresAtMs: UInt64
    ) throws(StoreError) -> Bool {
        try perform(.touch) { contents in
            contents.sessions[id]?.lastSeenAtMs = lastSeenAtMs
            contents.sessions[id]?.expiresAtMs = expiresAtMs
            return .success(contents.sessions[id] != nil)
        }
    }

    func remove(session id: SecretDigest, of user: UserID) throws(StoreError) -> Bool {
        try perform(.other) { contents in
            guard contents.sessions[id]?.user == user else { return .success(false) }
            contents.sessions[id] = nil
            return .success(true)
        }
    }

    func removeSessions(of user: UserID, except kept: SecretDigest?) throws(StoreError) -> Int {
        try perform(.other) { contents in
            let ended = contents.sessions.values.filter { $0.user == user && $0.id != kept }
            for session in ended { contents.sessions[session.id] = nil }
            return .success(ended.count)
        }
    }

    func removeExpired(nowMs: UInt64) throws(StoreError) {
        try perform(.other) { contents -> Result<Void, StoreError> in
            contents.sessions = contents.sessions.filter { $0.value.expiresAtMs > nowMs }
            contents.attempts = contents.attempts.filter { $0.value.windowEndsAtMs > nowMs }
            return .success(())
        }
    }
}

// MARK: Attempts and broadcasts

extension MemoryStore {
    func change(
        attempts changes: [AttemptChange], nowMs: UInt64
    ) throws(StoreError) -> [AttemptCount] {
        try perform(.changeAttempts) { contents in
            var counts: [AttemptCount] = []
            for change in changes {
                switch change {
                case .count(let limit):
                    let endMs = nowMs + limit.windowMs
                    var counted = contents.attempts[limit.key]
                    let latestMs = limit.latestEndMs(nowMs: nowMs)
                    if counted.map({ $0.windowEndsAtMs <= nowMs || $0.windowEndsAtMs > latestMs })
                        ?? true
                    {
                        counted = AttemptCount(count: 0, windowEndsAtMs: endMs)
                    }
                    guard var counted else { continue }
                    counted.count += 1
                    contents.attempts[limit.key] = counted
                    counts.append(counted)
                    if counted.count > limit.count { return .success(counts) }
                case .discount(let key):
                    if let count = contents.attempts[key]?.count, count > 0 {
                        contents.attempts[key]?.count = count - 1
                    }
                case .forget(let key): contents.attempts[key] = nil
                }
            }
            return .success(counts)
        }
    }

    func attempts(_ key: String, nowMs: UInt64) throws(StoreError) -> Int {
        try perform(.readAttempts) { contents in
            guard let counted = contents.attempts[key], counted.windowEndsAtMs > nowMs else {
                return .success(0)
            }
            return .success(counted.count)
        }
    }

    func forgetAttempts(beginningWith prefix: String) throws(StoreError) {
        try perform(.other) { contents -> Result<Void, StoreError> in
            contents.attempts = contents.attempts.filter { !$0.key.hasPrefix(prefix) }
            return .success(())
        }
    }

    func secret(_ name: String, orKeep candidate: [UInt8]) throws(StoreError) -> [UInt8] {
        try perform(.other) { contents in
            let kept = contents.secrets[name] ?? candidate
            contents.secrets[name] = kept
            return .success(kept)
        }
    }

    func record(
        _ broadcast: BroadcastRecord, of name: StreamName, limit: Int
    ) throws(StoreError) -> Bool {
        try perform(.other) { contents in
            guard let user = contents.users.values.first(where: { $0.name == name }) else {
                return .success(false)
            }
            var all = contents.broadcasts[user.id] ?? []
            if !all.contains(where: { $0.id == broadcast.id }) { all.append(broadcast) }
            all.sort { $0.startedAtMs > $1.startedAtMs }
            contents.broadcasts[user.id] = Array(all.prefix(limit))
            return .success(true)
        }
    }

    func broadcasts(of user: UserID, limit: Int) throws(StoreError) -> [BroadcastRecord] {
        try perform(.other) { contents in
            .success(Array((contents.broadcasts[user] ?? []).prefix(limit)))
        }
    }
}
