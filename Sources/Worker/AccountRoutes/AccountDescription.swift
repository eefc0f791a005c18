// An account as its owner gets it: as JSON (docs/http-api.md), and as the content of its page.

import Accounts
import LinuxIO
import Text
import Web

enum AccountDescription {
    /// `current`: the session of the request.
    static func json(of overview: AccountOverview, current: SecretDigest) -> JSONValue {
        let account = overview.account
        let key = account.streamKeyCreatedAtMs.map { JSONValue.object([time("createdAt", $0)]) }
        return .object([
            JSONMember("username", .string(account.name.text)),
            time("createdAt", account.createdAtMs),
            JSONMember("streamKey", key ?? .null),
            JSONMember(
                "sessions", .array(overview.sessions.map { json(of: $0, current: current) })),
            JSONMember("broadcasts", .array(overview.broadcasts.map(json(of:)))),
        ])
    }

    private static func json(of session: SessionRecord, current: SecretDigest) -> JSONValue {
        .object([
            JSONMember("id", .string(session.id.hex)),
            time("createdAt", session.createdAtMs), time("lastSeenAt", session.lastSeenAtMs),
            time("expiresAt", session.expiresAtMs),
            JSONMember("address", .string(session.address)),
            JSONMember("userAgent", .string(session.userAgent)),
            JSONMember("current", .boolean(session.id == current)),
        ])
    }

    private static func json(of broadcast: BroadcastRecord) -> JSONValue {
        .object([
            JSONMember("id", .string(broadcast.id)),
            time("startedAt", broadcast.startedAtMs), time("endedAt", broadcast.endedAtMs),
            JSONMember("durationMs", .integer(Int64(clamping: broadcast.durationMs))),
            JSONMember("bytes", .integer(Int64(clamping: broadcast.bytes))),
            JSONMember("peakViewers", .integer(Int64(broadcast.peakViewers))),
            JSONMember("title", .string(broadcast.title)),
        ])
    }

    private static func time(_ name: String, _ ms: UInt64) -> JSONMember {
        JSONMember(name, .string(Timestamp.rfc3339(ms: ms)))
    }
}

extension AccountPage {
    /// `origin`: this server's origin, as the browser knows it.
    init(_ overview: AccountOverview, current: SecretDigest, origin: String) {
        let account = overview.account
        self.init(
            name: account.name.text, createdAtMs: account.createdAtMs, origin: origin,
            sessions: overview.sessions.map { session in
                Session(
                    id: session.id.hex, createdAtMs: session.createdAtMs,
                    lastSeenAtMs: session.lastSeenAtMs, address: session.address,
                    userAgent: session.userAgent, isCurrent: session.id == current)
            },
            streamKeyCreatedAtMs: account.streamKeyCreatedAtMs,
            broadcasts: overview.broadcasts.map { broadcast in
                Broadcast(
                    startedAtMs: broadcast.startedAtMs, durationMs: broadcast.durationMs,
                    bytes: broadcast.bytes, peakViewers: broadcast.peakViewers)
            },
            channel: Channel(
                displayName: account.profile.displayName, line: account.profile.line,
                links: account.profile.links.map { link in
                    Channel.Link(label: link.label, address: link.address)
                },
                pictureURL: account.pictureURL),
            nowMs: WallClock.nowMs())
    }
}
