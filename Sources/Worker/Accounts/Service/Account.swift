// An account as its owner, and the routes, see it. It contains nothing secret. Times are wall clock, in
// milliseconds since 1970.

import Channel
import StreamState

package struct Account: Equatable, Sendable {
    package let id: UserID
    package let name: StreamName
    package let createdAtMs: UInt64
    package let isDisabled: Bool
    /// Nil when there is no stream key.
    package let streamKeyCreatedAtMs: UInt64?
    package let words: BroadcastWords
    package let profile: Profile
    /// Nil when it has no picture.
    package let pictureTag: PictureTag?

    /// What the account's stream says of itself.
    package var about: About { About(words: words, profile: profile, pictureTag: pictureTag) }
    /// Where its picture is; nil when it has none.
    package var pictureURL: String? { pictureTag?.url(ofChannel: name.text) }

    package init(_ user: UserRecord) {
        id = user.id
        name = user.name
        createdAtMs = user.createdAtMs
        isDisabled = user.isDisabled
        streamKeyCreatedAtMs = user.streamKey?.createdAtMs
        words = user.words
        profile = user.profile
        pictureTag = user.pictureTag
    }
}

/// The result of signing up. The account exists for good, whether or not a session could be begun.
package struct SignedUp: Sendable {
    package let account: Account
    /// Like `SignedIn.sessionToken`; or why the store did not take a session any more.
    package let sessionToken: Result<String, AccountError>
    /// Like `SignedIn.deviceToken`.
    package let deviceToken: String?

    package init(
        account: Account, sessionToken: Result<String, AccountError>, deviceToken: String?
    ) {
        self.account = account
        self.sessionToken = sessionToken
        self.deviceToken = deviceToken
    }
}

/// The result of signing in.
package struct SignedIn: Sendable {
    package let account: Account
    /// For the cookie; it is shown only this once.
    package let sessionToken: String
    /// Tells this browser from strangers when it comes again; nil when the store did not answer just
    /// then.
    package let deviceToken: String?

    package init(account: Account, sessionToken: String, deviceToken: String?) {
        self.account = account
        self.sessionToken = sessionToken
        self.deviceToken = deviceToken
    }
}

/// The holder of a session token.
package struct SessionHolder: Sendable {
    package let account: Account
    package let session: SecretDigest
    /// The session was prolonged, so the cookie has to be prolonged as well.
    package let wasProlonged: Bool

    package init(account: Account, session: SecretDigest, wasProlonged: Bool) {
        self.account = account
        self.session = session
        self.wasProlonged = wasProlonged
    }
}

/// What owners see of their own account.
package struct AccountOverview: Sendable {
    package let account: Account
    /// The session seen last comes first.
    package let sessions: [SessionRecord]
    /// The newest comes first.
    package let broadcasts: [BroadcastRecord]

    package init(
        account: Account, sessions: [SessionRecord], broadcasts: [BroadcastRecord]
    ) {
        self.account = account
        self.sessions = sessions
        self.broadcasts = broadcasts
    }
}

/// Where a request to sign in comes from.
package struct ClientOrigin: Sendable {
    /// Without port. The limits of attempts count IPv6 by its first 64 bits.
    package let address: String
    package let userAgent: String
    /// The address stands for many people (the setting exempt-network).
    package let isExempt: Bool

    package init(address: String, userAgent: String, isExempt: Bool = false) {
        self.address = address
        self.userAgent = userAgent
        self.isExempt = isExempt
    }
}
