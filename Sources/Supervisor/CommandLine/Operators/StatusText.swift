// The status of a server as text, for `weir status` and `weir top`: a headline, a table of workers, a table of
// streams with the worst first, and what is wrong with them in words. Pure.

import Text

struct StatusText {
    let status: ServerStatus
    /// An earlier look, for what is per second.
    let earlier: ServerStatus?
    /// Characters in a line.
    let width: Int
    /// Whether lines may have colours (ECMA-48).
    let hasColours: Bool

    init(
        _ status: ServerStatus, earlier: ServerStatus? = nil, width: Int, hasColours: Bool = false
    ) {
        self.status = status
        self.earlier = earlier
        self.width = max(width, 20)
        self.hasColours = hasColours
    }

    // MARK: The server

    /// Two lines or more.
    var headlines: [String] {
        let server = status.server
        let serving = status.workers.count { $0.state == "serving" }
        let facts = [
            "weir \(server.text("version"))", "up \(Words.duration(ms: server.count("uptimeMs")))",
            "generation \(server.count("generation"))",
            "\(serving) of \(server.count("wantedWorkers")) workers serve",
            "pid \(server.count("pid"))",
        ]
        return Self.wrapped(facts, separator: ", ", width: width)
            + notes.map { $0.cut(to: width) }
    }

    private var notes: [String] {
        let server = status.server
        var notes: [String] = []
        if server["stopping"]?.boolean == true { notes.append("It is about to stop.") }
        if server["lastReloadRefused"]?.boolean == true {
            notes.append("The last reload was refused; the log says why.")
        }
        if let end = server["certificateExpiresAt"]?.string {
            notes.append("The certificate expires on \(end.printable.prefix(10)).")
        }
        return notes
    }

    /// Puts as many words on a line as fit.
    private static func wrapped(_ words: [String], separator: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in words {
            if let last = lines.last, last.count + separator.count + word.count <= width {
                lines[lines.count - 1] += separator + word
            } else {
                lines.append(word.cut(to: width))
            }
        }
        return lines
    }

    // MARK: Workers

    private static let workerColumns = [
        TextTable.Column("WORKER"), TextTable.Column("PID", rank: 3),
        TextTable.Column("STATE", isNumber: false), TextTable.Column("GEN", rank: 5),
        TextTable.Column("UP", rank: 4), TextTable.Column("CONNECTIONS", rank: 2),
        TextTable.Column("VIEWERS"), TextTable.Column("CPU", rank: 1),
        TextTable.Column("MEMORY", rank: 2),
    ]

    var workerLines: [String] {
        let rows = status.workers.map { worker in
            [
                "\(worker.slot)", "\(worker.processID)", worker.state, "\(worker.generation)",
                Words.duration(ms: worker.uptimeMs), "\(worker.connections)", "\(worker.viewers)",
                status.processorPercent(of: worker, since: earlier).map { "\($0)%" } ?? "-",
                worker.memoryBytes.map(Words.bytes) ?? "-",
            ]
        }
        guard !rows.isEmpty else { return ["There are no workers."] }
        return TextTable(Self.workerColumns, rows: rows, flexible: nil).lines(width: width)
    }

    // MARK: Streams

    private static let streamColumns = [
        TextTable.Column("", isNumber: false), TextTable.Column("STREAM", isNumber: false),
        TextTable.Column("PUBLISHER", rank: 4, isNumber: false), TextTable.Column("BIT/S", rank: 1),
        TextTable.Column("KEY", rank: 5), TextTable.Column("WEBM"),
        TextTable.Column("HLS"), TextTable.Column("LAG", rank: 3),
        TextTable.Column("HELD", rank: 6),
    ]

    /// How many there are of each kind.
    var streamSummary: String {
        guard let streams = status.streams else {
            return "No worker answers, so nothing is known of streams.".cut(to: width)
        }
        let states = ["live", "paused", "ended"].compactMap { state in
            let count = streams.count { $0.state == state }
            return count == 0 ? nil : "\(count) \(state)"
        }
        let viewers = streams.reduce(0) { $0 + $1.viewers }
        let list = states.isEmpty ? "none" : states.joined(separator: ", ")
        return "Streams: \(list); \(Words.count(viewers, "viewer", "viewers"))".cut(to: width)
    }

    /// The title and at most `most` streams, and what is wrong with each.
    func streamLines(_ streams: some Sequence<ServerStatus.Stream>, most: Int) -> [String] {
        let shown = Array(streams.prefix(most))
        guard !shown.isEmpty else { return [] }
        let table = TextTable(Self.streamColumns, rows: shown.map(cells), flexible: 1)
        let lines = table.lines(width: width)
        return [lines[0]]
            + zip(shown, lines.dropFirst()).flatMap { stream, line in
                [coloured(line, stream)] + stream.reasons.flatMap(indented)
            }
    }

    /// What is wrong with a stream, below its line.
    private func indented(_ reason: String) -> [String] {
        let indent = "     "
        let lines = Self.wrapped(reason.words, separator: " ", width: width - indent.count)
        return lines.map { indent + $0 }
    }

    private func cells(_ stream: ServerStatus.Stream) -> [String] {
        [
            Self.mark(stream), stream.name,
            stream.state == "ended" ? "ended" : stream.publisher, Words.rate(stream.bitrateBps),
            stream.keyframeIntervalMs.map(Words.seconds) ?? "-", "\(stream.webmViewers)",
            "\(stream.packagedViewers)", Words.seconds(ms: stream.lagMs),
            Words.seconds(ms: stream.heldBackMs),
        ]
    }

    private static func mark(_ stream: ServerStatus.Stream) -> String {
        switch stream.trouble {
        case 3: "!!"
        case 2: "!"
        case 1: "ok"
        default: "-"
        }
    }

    private func coloured(_ line: String, _ stream: ServerStatus.Stream) -> String {
        guard hasColours else { return line }
        switch stream.trouble {
        case 3: return "\u{1B}[31m\(line)\u{1B}[0m"
        case 2: return "\u{1B}[33m\(line)\u{1B}[0m"
        default: return line
        }
    }

    // MARK: All of it

    /// - Parameter streams: the most streams to list.
    func lines(streams most: Int) -> [String] {
        let sorted = (status.streams ?? []).sorted(by: ServerStatus.isWorse)
        var lines = headlines + [""] + workerLines + ["", streamSummary]
        lines += streamLines(sorted, most: most)
        if sorted.count > most {
            let rest = "and \(sorted.count - most) more: weir top, weir status --json"
            lines.append(rest.cut(to: width))
        }
        return lines
    }
}

extension String {
    fileprivate var words: [String] { split(separator: " ").map(String.init) }
}

/// Numbers as people read them, short.
enum Words {
    /// "3d 4h", "4h 12m", "12m 5s", "5s".
    static func duration(ms: Int) -> String {
        let seconds = ms / 1_000
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60)
        if days > 0 { return "\(days)d \(hours)h" }
        if hours > 0 { return "\(hours)h \(minutes)m" }
        if minutes > 0 { return "\(minutes)m \(seconds % 60)s" }
        return "\(seconds)s"
    }

    /// "0.4s", "12s", "3m 5s".
    static func seconds(ms: Int) -> String {
        if ms < 9_950 { return "\((ms + 50) / 1_000).\((ms + 50) / 100 % 10)s" }
        return ms < 100_000 ? "\((ms + 500) / 1_000)s" : duration(ms: ms)
    }

    /// "850", "2.5M".
    static func rate(_ perSecond: Int) -> String {
        scaled(perSecond, by: 1_000, ["", "k", "M", "G"])
    }

    /// "850B", "2.5M": binary units, as for memory.
    static func bytes(_ bytes: Int) -> String {
        scaled(bytes, by: 1_024, ["B", "K", "M", "G", "T"])
    }

    static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }

    private static func scaled(_ number: Int, by base: Int, _ units: [String]) -> String {
        var tenths = number * 10
        var unit = 0
        while tenths >= 9_995, unit + 1 < units.count {
            tenths = (tenths + base / 2) / base
            unit += 1
        }
        let isShort = unit > 0 && tenths < 100
        return (isShort ? "\(tenths / 10).\(tenths % 10)" : "\((tenths + 5) / 10)") + units[unit]
    }
}
