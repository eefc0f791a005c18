// `GET /status`: what operators want to know of the server, its workers and its streams, as JSON. Any worker
// reports on all. docs/http-api.md documents the members.
//
// Owner: the worker's loop thread.

import LinuxIO
import StreamState
import Streams
import Telemetry
import Text

struct StatusReport {
    private let catalog: StreamCatalog
    private let server: ServerReport

    init(catalog: StreamCatalog, server: ServerReport) {
        self.catalog = catalog
        self.server = server
    }

    var json: JSONValue {
        catalog.refreshFigures()
        let streams = catalog.all().map(Self.json)
        return .object(server.members() + [JSONMember("streams", .array(streams))])
    }

    private static func json(of stream: LiveStream) -> JSONValue {
        let facts = StreamLight.Facts(stream)
        let light = StreamLight(facts)
        let status = stream.ring.status
        let packaged = status.packagedViewerCount
        let all = status.viewerCount
        return .object([
            JSONMember("name", .string(stream.name.text)),
            JSONMember("state", .string(facts.state.rawValue)),
            JSONMember("publisher", .string(facts.publisher.rawValue)),
            JSONMember("light", light.colour.map { .string($0.rawValue) } ?? .null),
            JSONMember("reasons", .array(light.reasons.map { .string($0) })),
            JSONMember("ageMs", integer(facts.ageMs)),
            JSONMember("bitrateBps", integer(stream.figures.bitrateBps)),
            JSONMember(
                "keyframeIntervalMs", facts.keyframeIntervalMs.map { integer($0) } ?? .null),
            JSONMember("webmViewers", .integer(Int64(max(0, all - packaged)))),
            JSONMember("packagedViewers", .integer(Int64(packaged))),
            JSONMember("peakViewers", .integer(Int64(status.peakViewerCount))),
            JSONMember("lagMs", integer(facts.lagMs)),
            JSONMember("heldBackMs", integer(status.heldBackMs)),
        ])
    }

    private static func integer(_ number: UInt64) -> JSONValue { .integer(Int64(clamping: number)) }
}

extension StreamLight.Facts {
    init(_ stream: LiveStream) {
        self.init(
            state: stream.state, publisher: stream.publisher, isJoinable: stream.isJoinable,
            ageMs: stream.ring.ageMs, keyframeIntervalMs: stream.figures.keyframeIntervalMs,
            lagMs: stream.lagMs, isHeldBack: stream.isHeldBack)
    }
}
