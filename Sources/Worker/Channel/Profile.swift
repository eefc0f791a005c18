// What the owner of an account says of themselves.
//
// Pure. As JSON it is the same in the API and in the stores.

import Settings
import Text

package struct Profile: Equatable, Sendable {
    package struct Link: Equatable, Sendable {
        /// Empty: the address is shown.
        package let label: String
        /// Begins with https://.
        package let address: String
    }

    /// Empty when there is none: then the account's name is shown.
    package let displayName: String
    /// A line about the channel.
    package let line: String
    package let links: [Link]

    package static let none = Profile()

    private init() {
        displayName = ""
        line = ""
        links = []
    }

    /// What a client sends. A member that is absent is empty. Errors: what is not taken, the first of it.
    package init(_ json: JSONValue) throws(ChannelFault) {
        let members = try ChannelMembers(json)
        displayName = try members.text("displayName", characters: Limits.displayNameCharacters)
        line = try members.text("line", characters: Limits.channelLineCharacters)
        links = try members.links("links")
    }

    /// What was stored. Nothing of it if an older or other program has written something else.
    package init(stored json: JSONValue) {
        self = (try? Profile(json)) ?? .none
    }

    package var json: JSONValue { .object(members) }

    package var members: [JSONMember] {
        [
            JSONMember("displayName", .string(displayName)),
            JSONMember("line", .string(line)),
            JSONMember("links", .array(links.map(\.json))),
        ]
    }
}

extension Profile.Link {
    var json: JSONValue {
        .object([
            JSONMember("label", .string(label)), JSONMember("address", .string(address)),
        ])
    }
}
