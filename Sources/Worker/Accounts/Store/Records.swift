// What is stored. Times are wall clock, in milliseconds since 1970.

import Channel
import StreamState

/// Identifies a user for good: 12 bytes, like MongoDB's ObjectId. A name may be given up and taken by
/// another user, an id never.
package struct UserID: Hashable, Sendable {
    package static let byteCount = 12
    package let bytes: [UInt8]

    /// `bytes`: exactly 12.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "an id of a user has 12 bytes")
        self.bytes = bytes
    }

    package static func random() -> UserID {
        var generator = SystemRandomNumberGenerator()
        return UserID(
            bytes: (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: generator.next() as UInt64)
            })
    }
}

package struct UserRecord: Equatable, Sendable {
    package var id: UserID
    package var name: StreamName
    /// As PasswordHash encodes it. A password that the first server stored is kept, but never verifies.
    package var password: String
    package var isDisabled: Bool
    package var createdAtMs: UInt64
    package var streamKey: StreamKeyRecord?
    /// What the user says of the next broadcast, or of the one that is on.
    package var words: BroadcastWords
    package var profile: Profile
    /// Tells the user's picture from any other; nil when there is none.
    package var pictureTag: PictureTag?

    package init(
        id: UserID, name: StreamName, password: String, isDisabled: Bool, createdAtMs: UInt64,
        streamKey: StreamKeyRecord?, words: BroadcastWords = .none, profile: Profile = .none,
        pictureTag: PictureTag? = nil
    ) {
        self.id = id
        self.name = name
        self.password = password
        self.isDisabled = isDisabled
        self.createdAtMs = createdAtMs
        self.streamKey = streamKey
        self.words = words
        self.profile = profile
        self.pictureTag = pictureTag
    }
}

package struct StreamKeyRecord: Equatable, Sendable {
    package var digest: SecretDigest
    package var createdAtMs: UInt64

    package init(digest: SecretDigest, createdAtMs: UInt64) {
        self.digest = digest
        self.createdAtMs = createdAtMs
    }
}

package struct SessionRecord: Equatable, Sendable {
    /// The digest of the token that the browser keeps.
    package var id: SecretDigest
    package var user: UserID
    package var createdAtMs: UInt64
    package var lastSeenAtMs: UInt64
    package var expiresAtMs: UInt64
    /// Where the session was begun: an address without port, and the name that the browser gives itself
    /// (cut).
    package var address: String
    package var userAgent: String

    package init(
        id: SecretDigest, user: UserID, createdAtMs: UInt64, lastSeenAtMs: UInt64,
        expiresAtMs: UInt64, address: String, userAgent: String
    ) {
        self.id = id
        self.user = user
        self.createdAtMs = createdAtMs
        self.lastSeenAtMs = lastSeenAtMs
        self.expiresAtMs = expiresAtMs
        self.address = address
        self.userAgent = userAgent
    }
}

/// How often something may happen within a time, and what it is counted under.
package struct AttemptLimit: Equatable, Sendable {
    /// At most 128 bytes.
    package var key: String
    package var count: Int
    package var windowMs: UInt64

    package init(key: String, count: Int, windowMs: UInt64) {
        self.key = key
        self.count = count
        self.windowMs = windowMs
    }

    /// When a window that has begun ends at the latest. One that ends later was begun by a clock that was
    /// ahead and has been set back since, and counts no more: else, who was refused in between would be
    /// refused until the clock gets there again. The clocks of two machines may be a window apart.
    func latestEndMs(nowMs: UInt64) -> UInt64 {
        let ms = nowMs.addingReportingOverflow(
            windowMs.multipliedReportingOverflow(by: 2).partialValue)
        return ms.overflow ? .max : ms.partialValue
    }
}

/// A change of a count of attempts.
package enum AttemptChange: Equatable, Sendable {
    /// Adds one to a count, which starts again when its window is over.
    case count(AttemptLimit)
    /// Takes one off a count, which never falls below 0.
    case discount(String)
    case forget(String)
}

package struct AttemptCount: Equatable, Sendable {
    /// 0 when nothing has been counted, or its window is over.
    package var count: Int
    /// When the count starts again; meaningless when it is 0.
    package var windowEndsAtMs: UInt64

    package init(count: Int, windowEndsAtMs: UInt64) {
        self.count = count
        self.windowEndsAtMs = windowEndsAtMs
    }

    /// The first key after all that begin with `prefix`, which ends with a space.
    static func end(of prefix: String) -> String { prefix.dropLast() + "!" }
}

/// One broadcast that has ended.
package struct BroadcastRecord: Equatable, Sendable {
    /// The same however often the broadcast is recorded, and by any process; at most 64 bytes of ASCII.
    package var id: String
    package var startedAtMs: UInt64
    package var endedAtMs: UInt64
    package var bytes: UInt64
    package var peakViewers: Int
    /// What it was called; empty when it had no title.
    package var title: String
    /// It was on no list.
    package var wasUnlisted: Bool

    package var durationMs: UInt64 { endedAtMs > startedAtMs ? endedAtMs - startedAtMs : 0 }

    package init(
        id: String, startedAtMs: UInt64, endedAtMs: UInt64, bytes: UInt64, peakViewers: Int,
        title: String = "", wasUnlisted: Bool = false
    ) {
        self.id = id
        self.startedAtMs = startedAtMs
        self.endedAtMs = endedAtMs
        self.bytes = bytes
        self.peakViewers = peakViewers
        self.title = title
        self.wasUnlisted = wasUnlisted
    }
}
