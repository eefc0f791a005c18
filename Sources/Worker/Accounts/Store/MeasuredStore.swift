// A store that tells how long each question took, and whether the store failed at it. A name that is taken
// is an answer, not a failure.

import Channel
import LinuxIO
import StreamState

package final class MeasuredStore: AccountStore {
    /// Called on the thread that asked.
    package typealias Observer =
        @Sendable (_ operation: StoreOperation, _ durationUs: UInt64, _ isFailure: Bool) -> Void

    private let store: any AccountStore
    private let observe: Observer

    package init(_ store: any AccountStore, observe: @escaping Observer) {
        self.store = store
        self.observe = observe
    }

    private func measure<Answer>(
        _ operation: StoreOperation, _ question: () throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        let startUs = MonotonicClock.nowUs()
        do throws(StoreError) {
            let answer = try question()
            observe(operation, MonotonicClock.nowUs() - startUs, false)
            return answer
        } catch {
            observe(operation, MonotonicClock.nowUs() - startUs, error != .nameTaken)
            throw error
        }
    }

    package func prepare() throws(StoreError) {
        try measure(.check) { () throws(StoreError) in try store.prepare() }
    }

    package func check() throws(StoreError) {
        try measure(.check) { () throws(StoreError) in try store.check() }
    }

    // MARK: Users

    package func insert(_ user: UserRecord) throws(StoreError) {
        try measure(.userChange) { () throws(StoreError) in try store.insert(user) }
    }

    package func user(named name: StreamName) throws(StoreError) -> UserRecord? {
        try measure(.user) { () throws(StoreError) in try store.user(named: name) }
    }

    package func user(withStreamKey digest: SecretDigest) throws(StoreError) -> UserRecord? {
        try measure(.user) { () throws(StoreError) in try store.user(withStreamKey: digest) }
    }

    package func users(after name: StreamName?, limit: Int) throws(StoreError) -> [UserRecord] {
        try measure(.user) { () throws(StoreError) in try store.users(after: name, limit: limit) }
    }

    package func setPassword(
        _ encoded: String, replacing old: String?, of user: UserID
    ) throws(StoreError) -> Bool {
        try measure(.userChange) { () throws(StoreError) in
            try store.setPassword(encoded, replacing: old, of: user)
        }
    }

    package func setStreamKey(
        _ key: StreamKeyRecord?, of user: UserID
    ) throws(StoreError) -> Bool {
        try measure(.userChange) { () throws(StoreError) in
            try store.setStreamKey(key, of: user)
        }
    }

    package func setWords(
        _ words: BroadcastWords, of user: UserID
    ) throws(StoreError) -> Bool {
        try measure(.userChange) { () throws(StoreError) in
            try store.setWords(words, of: user)
        }
    }

    package func setProfile(_ profile: Profile, of user: UserID) throws(StoreError) -> Bool {
        try measure(.userChange) { () throws(StoreError) in
            try store.setProfile(profile, of: user)
        }
    }

    package func setPicture(
        _ picture: PictureRecord?, of user: UserID
    ) throws(StoreError) -> Bool {
        try measure(.userChange) { () throws(StoreError) in
            try store.setPicture(picture, of: user)
        }
    }

    package func picture(of user: UserID) throws(StoreError) -> PictureRecord? {
        try measure(.user) { () throws(StoreError) in try store.picture(of: user) }
    }

    package func setDisabled(_ isDisabled: Bool, of user: UserID) throws(StoreError) -> Bool {
        try measure(.userChange) { () throws(StoreError) in
            try store.setDisabled(isDisabled, of: user)
        }
    }

    package func remove(user: UserID) throws(StoreError) -> Bool {
        try measure(.userChange) { () throws(StoreError) in try store.remove(user: user) }
    }

    // MARK: Sessions

    package func insert(_ session: SessionRecord, limit: Int) throws(StoreError) {
        try measure(.sessionChange) { () throws(StoreError) in
            try store.insert(session, limit: limit)
        }
    }

    package func session(
        _ id: SecretDigest, nowMs: UInt64
    ) throws(StoreError) -> (session: SessionRecord, user: UserRecord)? {
        try measure(.session) { () throws(StoreError) in try store.session(id, nowMs: nowMs) }
    }

    package func sessions(of user: UserID, nowMs: UInt64) throws(StoreError) -> [SessionRecord] {
        try measure(.session) { () throws(StoreError) in
            try store.sessions(of: user, nowMs: nowMs)
        }
    }

    package func touch(
        session id: SecretDigest, lastSeenAtMs: UInt64, expiresAtMs: UInt64
    ) throws(StoreError) -> Bool {
        try measure(.sessionChange) { () throws(StoreError) in
            try store.touch(session: id, lastSeenAtMs: lastSeenAtMs, expiresAtMs: expiresAtMs)
        }
    }

    package func remove(session id: SecretDigest, of user: UserID) throws(StoreError) -> Bool {
        try measure(.sessionChange) { () throws(StoreError) in
            try store.remove(session: id, of: user)
        }
    }

    package func removeSessions(
        of user: UserID, except kept: SecretDigest?
    ) throws(StoreError) -> Int {
        try measure(.sessionChange) { () throws(StoreError) in
            try store.removeSessions(of: user, except: kept)
        }
    }

    package func removeExpired(nowMs: UInt64) throws(StoreError) {
        try measure(.cleanUp) { () throws(StoreError) in try store.removeExpired(nowMs: nowMs) }
    }

    // MARK: Attempts

    package func change(
        attempts changes: [AttemptChange], nowMs: UInt64
    ) throws(StoreError) -> [AttemptCount] {
        try measure(.attempts) { () throws(StoreError) in
            try store.change(attempts: changes, nowMs: nowMs)
        }
    }

    package func attempts(_ key: String, nowMs: UInt64) throws(StoreError) -> Int {
        try measure(.attempts) { () throws(StoreError) in try store.attempts(key, nowMs: nowMs) }
    }

    package func forgetAttempts(beginningWith prefix: String) throws(StoreError) {
        try measure(.attempts) { () throws(StoreError) in
            try store.forgetAttempts(beginningWith: prefix)
        }
    }

    // MARK: Secrets of the server

    package func secret(
        _ name: String, orKeep candidate: [UInt8]
    ) throws(StoreError) -> [UInt8] {
        try measure(.secret) { () throws(StoreError) in
            try store.secret(name, orKeep: candidate)
        }
    }

    // MARK: Broadcasts

    package func record(
        _ broadcast: BroadcastRecord, of name: StreamName, limit: Int
    ) throws(StoreError) -> Bool {
        try measure(.broadcastRecord) { () throws(StoreError) in
            try store.record(broadcast, of: name, limit: limit)
        }
    }

    package func broadcasts(of user: UserID, limit: Int) throws(StoreError) -> [BroadcastRecord] {
        try measure(.broadcasts) { () throws(StoreError) in
            try store.broadcasts(of: user, limit: limit)
        }
    }
}
