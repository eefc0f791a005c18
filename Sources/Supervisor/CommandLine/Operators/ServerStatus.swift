// What a server says of itself, taken from its JSON, for `weir status` and `weir top`. Members that are
// missing, because the server is of another version, are shown as unknown.
//
// Pure.

import Text

struct ServerStatus {
    struct Worker: Equatable {
        let slot: Int
        let processID: Int
        let generation: Int
        let state: String
        let uptimeMs: Int
        let connections: Int
        /// However they watch.
        let viewers: Int
        let cpuMs: Int?
        let memoryBytes: Int?
    }

    struct Stream: Equatable {
        let name: String
        let state: String
        let publisher: String
        /// green, amber or red; empty for a stream that has ended.
        let light: String
        let reasons: [String]
        let bitrateBps: Int
        let keyframeIntervalMs: Int?
        let webmViewers: Int
        let packagedViewers: Int
        let lagMs: Int
        let heldBackMs: Int

        var viewers: Int { webmViewers + packagedViewers }
    }

    /// The member `server`.
    let server: JSONValue
    let workers: [Worker]
    /// Nil: no worker answers.
    let streams: [Stream]?
    /// The whole of it, as `--json` prints it.
    let json: JSONValue

    /// - Parameters:
    ///   - supervisor: what the supervisor says.
    ///   - worker: what a worker says; nil if none answers.
    init(supervisor: JSONValue, worker: JSONValue?) {
        server = supervisor["server"] ?? .null
        workers = (supervisor["workers"]?.array ?? []).map(Worker.init)
        streams = worker?["streams"]?.array.map { $0.map(Stream.init) }
        json = .object([
            JSONMember("server", server), JSONMember("workers", supervisor["workers"] ?? .null),
            JSONMember("streams", worker?["streams"] ?? .null),
        ])
    }

    /// Asks a server. Errors: the supervisor does not answer.
    static func of(_ client: ControlClient) throws(StartError) -> ServerStatus {
        let supervisor = try client.ask(.status)
        let answer = try client.http("GET", "/status")
        return ServerStatus(
            supervisor: supervisor, worker: answer?.status == 200 ? answer?.body : nil)
    }

    /// Per cent of a processor that a worker has used since an earlier look; nil when there is none.
    func processorPercent(of worker: Worker, since earlier: ServerStatus?) -> Int? {
        guard let now = worker.cpuMs,
            let before = earlier?.workers.first(where: { $0.processID == worker.processID }),
            let then = before.cpuMs, worker.uptimeMs > before.uptimeMs, now >= then
        else { return nil }
        return (now - then) * 100 / (worker.uptimeMs - before.uptimeMs)
    }

    /// The worst first, then by viewers and name.
    static func isWorse(_ one: Stream, _ other: Stream) -> Bool {
        if one.trouble != other.trouble { return one.trouble > other.trouble }
        if one.viewers != other.viewers { return one.viewers > other.viewers }
        return one.name < other.name
    }
}

extension ServerStatus.Worker {
    init(_ json: JSONValue) {
        self.init(
            slot: json.count("slot"), processID: json.count("pid"),
            generation: json.count("generation"), state: json.text("state"),
            uptimeMs: json.count("uptimeMs"), connections: json.count("connections"),
            viewers: json.count("viewers") + json.count("packagedViewers"),
            cpuMs: json.countIfKnown("cpuMs"), memoryBytes: json.countIfKnown("memoryBytes"))
    }
}

extension ServerStatus.Stream {
    init(_ json: JSONValue) {
        self.init(
            name: json.text("name"), state: json.text("state"), publisher: json.text("publisher"),
            light: json.text("light"),
            reasons: (json["reasons"]?.array ?? []).compactMap { $0.string?.printable },
            bitrateBps: json.count("bitrateBps"),
            keyframeIntervalMs: json.countIfKnown("keyframeIntervalMs"),
            webmViewers: json.count("webmViewers"), packagedViewers: json.count("packagedViewers"),
            lagMs: json.count("lagMs"), heldBackMs: json.count("heldBackMs"))
    }

    /// 0 to 3, from nothing to be said to red.
    var trouble: Int {
        switch light {
        case "red": 3
        case "amber": 2
        case "green": 1
        default: 0
        }
    }
}

extension JSONValue {
    /// A count, not negative and small enough to be added up; 0 when it is not there.
    func count(_ name: String) -> Int { countIfKnown(name) ?? 0 }

    func countIfKnown(_ name: String) -> Int? {
        self[name]?.integer.map { Int(min(max($0, 0), 1 << 50)) }
    }

    /// A text, printable; empty when it is not there.
    func text(_ name: String) -> String { self[name]?.string?.printable ?? "" }
}
