// What a broadcaster says of a broadcast. It is kept for the next one, until it is changed.
//
// Pure. As JSON it is the same in the API, in the stores, and beside the ring.

import Settings
import Text

package struct BroadcastWords: Equatable, Sendable {
    /// Empty when there is none: then the channel's name stands for it.
    package let title: String
    /// May have several lines.
    package let description: String
    /// The language that is spoken, as a tag (RFC 5646); nil when it is not said.
    package let language: String?
    /// As they were written; no two differ only in the case of letters.
    package let tags: [String]
    /// On no list: only those who have the address come.
    package let isUnlisted: Bool

    package static let none = BroadcastWords()

    /// Of those nothing is known but that they are on no list, to be on the safe side.
    package static let unlisted = BroadcastWords(isUnlisted: true)

    private init(isUnlisted: Bool = false) {
        title = ""
        description = ""
        language = nil
        tags = []
        self.isUnlisted = isUnlisted
    }

    /// What a client sends. A member that is absent is empty. Errors: what is not taken, the first of it.
    package init(_ json: JSONValue) throws(ChannelFault) {
        let members = try ChannelMembers(json)
        title = try members.text("title", characters: Limits.titleCharacters)
        description = try members.text(
            "description", characters: Limits.descriptionCharacters, lines: true)
        language = try members.language("language")
        tags = try members.texts("tags", most: Limits.tags, characters: Limits.tagCharacters)
        isUnlisted = try members.flag("unlisted")
    }

    /// What was stored. Nothing of it if an older or other program has written something else, except that
    /// what was to be on no list stays so.
    package init(stored json: JSONValue) {
        let rest = json["unlisted"]?.boolean == true ? BroadcastWords.unlisted : .none
        self = (try? BroadcastWords(json)) ?? rest
    }

    package var json: JSONValue { .object(members) }

    package var members: [JSONMember] {
        [
            JSONMember("title", .string(title)),
            JSONMember("description", .string(description)),
            JSONMember("language", language.map { .string($0) } ?? .null),
            JSONMember("tags", .array(tags.map { .string($0) })),
            JSONMember("unlisted", .boolean(isUnlisted)),
        ]
    }
}
