// What a stream says of itself: the words of the broadcast, and who its channel is. It lies beside the
// stream's ring, so every worker has it without asking the store.
//
// Pure.

import Text

package struct About: Equatable, Sendable {
    package let words: BroadcastWords
    /// Empty when the account's name is to be shown.
    package let displayName: String

    package static let none = About(words: .none, displayName: "")

    package init(words: BroadcastWords, displayName: String) {
        self.words = words
        self.displayName = displayName
    }

    package init(words: BroadcastWords, profile: Profile) {
        self.init(words: words, displayName: profile.displayName)
    }

    // MARK: As a file

    /// Nil when the bytes are something else.
    package init?(decoding bytes: [UInt8]) {
        guard let json = JSONValue(parsing: bytes), let words = json["words"],
            let profile = json["profile"]
        else { return nil }
        self.init(words: BroadcastWords(stored: words), profile: Profile(stored: profile))
    }

    package var encoded: [UInt8] {
        let profile = JSONValue.object([JSONMember("displayName", .string(displayName))])
        let json = JSONValue.object([
            JSONMember("words", words.json), JSONMember("profile", profile),
        ])
        return Array(json.text.utf8)
    }
}
