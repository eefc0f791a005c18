// What a stream says of itself: the words of the broadcast, and who its channel is. It lies beside the
// stream's ring, so every worker has it without asking the store.
//
// Pure.

import Text

package struct About: Equatable, Sendable {
    package let words: BroadcastWords
    /// Empty when the account's name is to be shown.
    package let displayName: String
    /// Nil when the channel has no picture.
    package let pictureTag: PictureTag?

    package static let none = About(words: .none, displayName: "")
    /// Of a stream whose file cannot be read.
    package static let unreadable = About(words: .unlisted, displayName: "")

    package init(words: BroadcastWords, displayName: String, pictureTag: PictureTag? = nil) {
        self.words = words
        self.displayName = displayName
        self.pictureTag = pictureTag
    }

    package init(words: BroadcastWords, profile: Profile, pictureTag: PictureTag?) {
        self.init(words: words, displayName: profile.displayName, pictureTag: pictureTag)
    }

    // MARK: As a file

    /// Nil when the bytes are something else.
    package init?(decoding bytes: [UInt8]) {
        guard let json = JSONValue(parsing: bytes), let words = json["words"],
            let profile = json["profile"]
        else { return nil }
        self.init(
            words: BroadcastWords(stored: words), profile: Profile(stored: profile),
            pictureTag: json["picture"]?.string.flatMap(PictureTag.init))
    }

    package var encoded: [UInt8] {
        let profile = JSONValue.object([JSONMember("displayName", .string(displayName))])
        let json = JSONValue.object([
            JSONMember("words", words.json), JSONMember("profile", profile),
            JSONMember("picture", pictureTag.map { .string($0.text) } ?? .null),
        ])
        return Array(json.text.utf8)
    }
}
