// What the API says of one channel. docs/http-api.md documents the members.
//
// Pure.

import Accounts
import Channel
import Directory
import Text

enum ChannelDescription {
    /// - Parameter live: what the broadcast that is on says of itself; nil when none is.
    static func json(of channel: PublicChannel, live: About?) -> JSONValue {
        let displayName = live?.displayName ?? channel.profile.displayName
        let words = live?.words ?? channel.wordsWhileOffline
        let links = channel.profile.members.filter { $0.name == "line" || $0.name == "links" }
        return .object(
            [
                JSONMember("name", .string(channel.name.text)),
                JSONMember("displayName", .string(displayName)),
            ] + links + [
                JSONMember(
                    "pictureUrl", pictureURL(of: channel, live).map { .string($0) } ?? .null),
                JSONMember("isLive", .boolean(live != nil)),
                JSONMember("words", words.json),
                JSONMember("lastBroadcast", channel.broadcasts.first.map(json(of:)) ?? .null),
            ])
    }

    private static func pictureURL(of channel: PublicChannel, _ live: About?) -> String? {
        let tag = live.map(\.pictureTag) ?? channel.pictureTag
        return tag?.url(ofChannel: channel.name.text)
    }

    private static func json(of broadcast: BroadcastRecord) -> JSONValue {
        .object([
            JSONMember("title", .string(broadcast.title)),
            JSONMember("startedAt", .string(Timestamp.rfc3339(ms: broadcast.startedAtMs))),
            JSONMember("endedAt", .string(Timestamp.rfc3339(ms: broadcast.endedAtMs))),
            JSONMember("peakViewers", .integer(Int64(broadcast.peakViewers))),
        ])
    }
}
