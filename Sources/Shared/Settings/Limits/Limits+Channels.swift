// Limits: what channels say of themselves. See Limits.swift.

extension Limits {
    /// Account: characters of a broadcast's title: two lines on a card.
    package static let titleCharacters = 120
    /// Account: characters of its description: a screen of a phone, and a little more.
    package static let descriptionCharacters = 2_000
    /// Account: tags of a broadcast, and characters of each.
    package static let tags = 8
    package static let tagCharacters = 24
    /// Account: bytes of a language tag (RFC 5646, section 4.4.1 asks for room for 35).
    package static let languageTagBytes = 35
    /// Account: characters of the name that is shown in place of the account's.
    package static let displayNameCharacters = 48
    /// Account: characters of the line about a channel.
    package static let channelLineCharacters = 160
    /// Account: links of a channel, characters of their labels, bytes of their addresses.
    package static let links = 5
    package static let linkLabelCharacters = 32
    package static let linkBytes = 256
    /// Account: bytes for each character of such a text, all in all. An emoji of a family has 25, a letter
    /// has 1 to 3; a letter with hundreds of marks has no room.
    package static let bytesPerTextCharacter = 6
    /// Account: changes of what a channel says within their window.
    package static let channelChangesPerName = 60
    /// Worker: how long a worker believes what it remembers of a channel without asking, and of how many
    /// channels that is.
    package static let channelFreshMs: UInt64 = 10_000
    package static let channelsRemembered = 1_000
    /// Name: past broadcasts that are told of a channel.
    package static let feedBroadcasts = 20
    /// Worker: broadcasts in the feed of what is live: readers keep those that they have seen.
    package static let feedEntries = 100
    /// Request: bytes of this server's origin in a QR code: what a name of the DNS and a port can have.
    package static let qrOriginBytes = 300
    /// Account: bytes of a channel's picture, and pixels of its edges. It is shown small; pages make one of
    /// 512 pixels of any other.
    package static let pictureBytes = 256 * 1_024
    package static let picturePixels = 16...2_048
    /// Worker: bytes of such pictures that are kept to be shown: sixty of the largest, a thousand usual ones.
    package static let picturesKeptBytes = 16 * 1_024 * 1_024
    /// Worker: files of words about broadcasts that wait until the disk has them.
    package static let filesToSettle = 256
    /// Worker: how many requests may wait for such pictures to come from the store.
    package static let picturesAwaited = 500
    /// Name: bytes of the file that says it beside the ring.
    package static let aboutFileBytes = 32 * 1_024
}
