// Where accounts are kept, as the rest of Weir sees it. There are two stores, SQLite and MongoDB. Both
// pass one conformance suite, and nothing may be possible with only one of them.
//
// Threads: every method blocks, for a bounded time, and may be called from several threads at once;
// never from the loop's. Times are wall clock, in milliseconds since 1970, and come from the caller.

import Channel
import StreamState

/// Keeps users, their sessions, their broadcasts, counts of attempts to sign in, and secrets that all
/// servers of these accounts share. When a method has returned, a crash of any process does not undo its
/// work.
package protocol AccountStore: AnyObject, Sendable {
    /// Connects, and brings the schema to this version. May be called again at any time, and by
    /// several processes at once.
    func prepare() throws(StoreError)
    /// One round trip that changes nothing.
    func check() throws(StoreError)

    // MARK: Users

    /// Errors: `.nameTaken`; the store decides, so that of two calls at once only one succeeds.
    func insert(_ user: UserRecord) throws(StoreError)
    func user(named name: StreamName) throws(StoreError) -> UserRecord?
    func user(withStreamKey digest: SecretDigest) throws(StoreError) -> UserRecord?
    /// In the order of their names, starting after `name`.
    func users(after name: StreamName?, limit: Int) throws(StoreError) -> [UserRecord]
    /// Sets the encoded password; if `old` is given, only if that is still the password. False: nothing
    /// was set.
    func setPassword(
        _ encoded: String, replacing old: String?, of user: UserID
    ) throws(StoreError) -> Bool
    /// Nil removes the key. False: no such user.
    func setStreamKey(_ key: StreamKeyRecord?, of user: UserID) throws(StoreError) -> Bool
    /// False: no such user.
    func setWords(_ words: BroadcastWords, of user: UserID) throws(StoreError) -> Bool
    /// False: no such user.
    func setProfile(_ profile: Profile, of user: UserID) throws(StoreError) -> Bool
    /// Nil removes it. False: no such user.
    func setPicture(_ picture: PictureRecord?, of user: UserID) throws(StoreError) -> Bool
    /// Nil when there is none.
    func picture(of user: UserID) throws(StoreError) -> PictureRecord?
    /// False: no such user.
    func setDisabled(_ isDisabled: Bool, of user: UserID) throws(StoreError) -> Bool
    /// Removes everything that belongs to the user as well. False: no such user.
    func remove(user: UserID) throws(StoreError) -> Bool

    // MARK: Sessions

    /// Removes the user's oldest sessions when there are more than `limit` with this one.
    func insert(_ session: SessionRecord, limit: Int) throws(StoreError)
    /// The holder of this session; nil when there is none, it has expired, or its user is gone.
    func session(
        _ id: SecretDigest, nowMs: UInt64
    ) throws(StoreError) -> (session: SessionRecord, user: UserRecord)?
    /// Sessions that have not expired, the one seen last first.
    func sessions(of user: UserID, nowMs: UInt64) throws(StoreError) -> [SessionRecord]
    /// False: no such session.
    func touch(
        session id: SecretDigest, lastSeenAtMs: UInt64, expiresAtMs: UInt64
    ) throws(StoreError) -> Bool
    /// False: the user has no such session.
    func remove(session id: SecretDigest, of user: UserID) throws(StoreError) -> Bool
    /// Removes all of them except `kept`. Returns how many there were.
    func removeSessions(of user: UserID, except kept: SecretDigest?) throws(StoreError) -> Int
    /// Removes expired sessions and attempts.
    func removeExpired(nowMs: UInt64) throws(StoreError)

    // MARK: Attempts

    /// Makes these changes in their order, and stops after a count that then exceeds its limit. Each is
    /// atomic, so that simultaneous attempts, on any node, are all counted. Returns the resulting
    /// counts.
    func change(
        attempts changes: [AttemptChange], nowMs: UInt64
    ) throws(StoreError) -> [AttemptCount]
    /// The count; 0 when nothing has been counted, or its window is over. Changes nothing.
    func attempts(_ key: String, nowMs: UInt64) throws(StoreError) -> Int
    /// Forgets all attempts whose keys begin with `prefix`, which ends with a space.
    func forgetAttempts(beginningWith prefix: String) throws(StoreError)

    // MARK: Secrets of the server

    /// The secret of that name. If there was none, `candidate` is kept and returned, so that all
    /// processes and nodes get the same one.
    func secret(_ name: String, orKeep candidate: [UInt8]) throws(StoreError) -> [UInt8]

    // MARK: Broadcasts

    /// Adds a broadcast that has ended; the same id again changes nothing. The oldest go when there are
    /// more than `limit`. False: no such user.
    func record(
        _ broadcast: BroadcastRecord, of name: StreamName, limit: Int
    ) throws(StoreError) -> Bool
    /// The newest comes first.
    func broadcasts(of user: UserID, limit: Int) throws(StoreError) -> [BroadcastRecord]
}
