// What the API says of one stream. docs/http-api.md documents the members.

import Channel
import Media
import StreamState
import Text

/// The facts about a stream that change.
struct ChangingFacts: Equatable {
    let state: StreamState
    let publisher: PublisherState
    let endReason: EndReason?
    let heldBackMs: UInt64
    let isJoinable: Bool
    let figures: RecentFigures
    let viewers: Int
    let packagedViewers: Int
    let peakViewers: Int
    let rewindMs: UInt64
    let losses: UInt64
    let pictureSize: PictureSize?
    let stillForm: Still.Form?
    let about: About

    init(of stream: LiveStream, ringMs: UInt64) {
        state = stream.state
        publisher = stream.publisher
        endReason = stream.endReason
        heldBackMs = stream.ring.status.heldBackMs
        isJoinable = stream.isJoinable
        figures = stream.figures
        viewers = stream.ring.status.viewerCount
        packagedViewers = stream.ring.status.packagedViewerCount
        peakViewers = stream.ring.status.peakViewerCount
        rewindMs = min(figures.rewindMs, ringMs)
        losses = stream.ring.status.losses
        pictureSize = stream.pictureSize
        stillForm = stream.stillForm
        about = stream.about
    }
}

/// The JSON of one stream: `GET /api/streams/NAME`, and the elements of `GET /api/streams`.
enum StreamDescription {
    static func json(of stream: LiveStream, _ facts: ChangingFacts) -> JSONValue {
        .object([
            JSONMember("name", .string(stream.name.text)),
            JSONMember("title", .string(facts.about.words.title)),
            JSONMember("displayName", .string(facts.about.displayName)),
            JSONMember("pictureUrl", pictureURL(of: stream, facts).map { .string($0) } ?? .null),
            JSONMember("description", .string(facts.about.words.description)),
            JSONMember("language", facts.about.words.language.map { .string($0) } ?? .null),
            JSONMember("tags", .array(facts.about.words.tags.map { .string($0) })),
            JSONMember("unlisted", .boolean(facts.about.words.isUnlisted)),
            JSONMember("state", .string(facts.state.rawValue)),
            JSONMember("publisher", .string(facts.publisher.rawValue)),
            JSONMember("endReason", facts.endReason.map { .string($0.word) } ?? .null),
            JSONMember("heldBackMs", .integer(Int64(clamping: facts.heldBackMs))),
            JSONMember("joinable", .boolean(facts.isJoinable)),
            JSONMember("startedAt", .string(Timestamp.rfc3339(ms: stream.ring.createdWallClockMs))),
            JSONMember("mimeType", .string(stream.contentType)),
            JSONMember("hlsUrl", address("hls/index.m3u8", of: stream)),
            JSONMember("dashUrl", address("dash/index.mpd", of: stream)),
            JSONMember(
                "hlsFault", stream.packagingFault.map { .string($0.explanation) } ?? .null),
            JSONMember(
                "stillUrl", facts.stillForm == nil ? .null : .string("/\(stream.name)/still")),
            JSONMember("stillType", facts.stillForm.map { .string($0.contentType) } ?? .null),
            JSONMember("tracks", .array(stream.tracks.map { json(of: $0, facts.pictureSize) })),
            JSONMember("leftOut", .array(stream.initialization.leftOut.map(json(ofLeftOut:)))),
            JSONMember("bitrateBps", .integer(Int64(clamping: facts.figures.bitrateBps))),
            JSONMember(
                "keyframeIntervalMs", integerOrNull(facts.figures.keyframeIntervalMs)),
            JSONMember("viewers", .integer(Int64(facts.viewers))),
            JSONMember("packagedViewers", .integer(Int64(facts.packagedViewers))),
            JSONMember("peakViewers", .integer(Int64(facts.peakViewers))),
            JSONMember("rewindMs", .integer(Int64(clamping: facts.rewindMs))),
            JSONMember("losses", .integer(Int64(clamping: facts.losses))),
        ])
    }

    /// Null when HLS and DASH cannot carry the stream.
    private static func address(_ path: String, of stream: LiveStream) -> JSONValue {
        stream.packagingFault == nil ? .string("/\(stream.name.text)/\(path)") : .null
    }

    /// `size` is the present size of the pictures, if known: the init has the size at the beginning.
    private static func pictureURL(of stream: LiveStream, _ facts: ChangingFacts) -> String? {
        facts.about.pictureTag?.url(ofChannel: stream.name.text)
    }

    private static func json(of track: MediaTrack, _ size: PictureSize?) -> JSONValue {
        let kind = track.kind == .video ? "video" : "audio"
        var members = [
            JSONMember("kind", .string(kind)), JSONMember("codec", .string(track.codec)),
            JSONMember("codecString", .string(track.codecString)),
        ]
        let numbers = [
            ("width", track.kind == .video ? size?.width ?? track.width : nil),
            ("height", track.kind == .video ? size?.height ?? track.height : nil),
            ("channels", track.channels), ("sampleRateHz", track.sampleRateHz),
        ]
        for case (let name, let number?) in numbers {
            members.append(JSONMember(name, .integer(Int64(number))))
        }
        members.append(JSONMember("language", track.language.map { .string($0) } ?? .null))
        members.append(JSONMember("title", track.title.map { .string($0) } ?? .null))
        members.append(JSONMember("default", .boolean(track.isDefault)))
        return .object(members)
    }

    private static func json(ofLeftOut track: LeftOutTrack) -> JSONValue {
        .object([
            JSONMember("kind", .string(track.kind)), JSONMember("codec", .string(track.codec)),
        ])
    }

    private static func integerOrNull(_ number: UInt64?) -> JSONValue {
        number.map { .integer(Int64(clamping: $0)) } ?? .null
    }
}
