// Where accounts are kept, as the rest of Weir sees it. Two stores stand behind it, SQLite and
// MongoDB; both pass one conformance suite, and nothing may be possible with only one of them.
//
// Threads: every method blocks, for a bounded time, and may be called from several threads at once;
// never from the loop's. Times are wall clock, in milliseconds since 1970, and come from the caller.

import StreamState

/// Keeps users, their sessions, their broadcasts, counts of attempts to sign in, and secrets that all
/// who serve these accounts have in common. What a method has returned from, a crash of any process does not undo.
package protocol AccountStore: AnyObject, Sendable {
    /// Connects, and brings the schema to this version. May be called again at any time, and by
    /// several processes at once.
    func prepare() throws(StoreError)
    /// One round trip that changes nothing.
    func check() throws(StoreError)

    // MARK: Users

    /// Errors: `.nameTaken`, decided by the store, so that of two at once only one succeeds.
    func insert(_ user: UserRecord) throws(StoreError)
    func user(named name: StreamName) throws(StoreError) -> UserRecord?
    func user(withStreamKey digest: SecretDigest) throws(StoreError) -> UserRecord?
    /// By name, in its order, those behind `name`.
    func users(after name: StreamName?, limit: Int) throws(StoreError) -> [UserRecord]
    /// Sets the encoded password; with `old` only if it is still that one. False: nothing was set.
    func setPassword(
        _ encoded: String, replacing old: String?, of user: UserID
    ) throws(StoreError) -> Bool
    /// Nil takes the key away. False: no such user.
    func setStreamKey(_ key: StreamKeyRecord?, of user: UserID) throws(StoreError) -> Bool
    /// False: no such user.
    func setDisabled(_ isDisabled: Bool, of user: UserID) throws(StoreError) -> Bool
    /// With everything that belongs to the user. False: no such user.
    func remove(user: UserID) throws(StoreError) -> Bool

    // MARK: Sessions

    /// The user's oldest sessions go when there are more than `limit` with this one.
    func insert(_ session: SessionRecord, limit: Int) throws(StoreError)
    /// Whoever holds this session; nil when there is none, it has expired, or its user is gone.
    func session(
        _ id: SecretDigest, nowMs: UInt64
    ) throws(StoreError) -> (session: SessionRecord, user: UserRecord)?
    /// Those that have not expired, the one seen last first.
    func sessions(of user: UserID, nowMs: UInt64) throws(StoreError) -> [SessionRecord]
    /// False: no such session.
    func touch(
        session id: SecretDigest, lastSeenAtMs: UInt64, expiresAtMs: UInt64
    ) throws(StoreError) -> Bool
    /// False: the user has no such session.
    func remove(session id: SecretDigest, of user: UserID) throws(StoreError) -> Bool
    /// All of them but one. Returns how many there were.
    func removeSessions(of user: UserID, except kept: SecretDigest?) throws(StoreError) -> Int
    /// What has expired and is not needed any more: sessions and attempts.
    func removeExpired(nowMs: UInt64) throws(StoreError)

    // MARK: Attempts

    /// Makes these changes in their order, and stops behind a count that is over its limit then.
    /// Each is atomic, so that attempts at once, on whatever node, are all counted. Returns what the
    /// changes have counted.
    func change(
        attempts changes: [AttemptChange], nowMs: UInt64
    ) throws(StoreError) -> [AttemptCount]
    /// What has been counted; 0 when nothing has, or its window is over. Changes nothing.
    func attempts(_ key: String, nowMs: UInt64) throws(StoreError) -> Int
    /// All whose keys begin so. `prefix` ends with a space.
    func forgetAttempts(beginningWith prefix: String) throws(StoreError)

    // MARK: Secrets of the server

    /// The secret of that name: `candidate` when there was none, which is then kept, so that all
    /// processes and nodes get the same.
    func secret(_ name: String, orKeep candidate: [UInt8]) throws(StoreError) -> [UInt8]

    // MARK: Broadcasts

    /// Adds a broadcast that has ended; again with the same id it changes nothing. The oldest go when
    /// there are more than `limit`. False: no such user.
    func record(
        _ broadcast: BroadcastRecord, of name: StreamName, limit: Int
    ) throws(StoreError) -> Bool
    /// The newest first.
    func broadcasts(of user: UserID, limit: Int) throws(StoreError) -> [BroadcastRecord]
}
