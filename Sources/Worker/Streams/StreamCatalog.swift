// What everyone is told about the streams: which there are, and the list of them as JSON. It is made
// once for all who ask, when a stream has changed or a second has passed, and not at each request:
// anyone may ask, as often as connections allow.
//
// The figures of a stream (RecentFigures) cost tens to hundreds of microseconds. So they are refreshed a
// few streams at a time, in slices of the loop's turns, as long as there is demand.
//
// Owner: the worker's loop thread.

import LinuxIO
import Settings

package final class StreamCatalog: TurnTask {
    private let source: LiveStreams
    private let changes: StreamChanges
    private let loop: EventLoop
    private var streams = Kept<[LiveStream]>()
    private var json = Kept<[UInt8]>()
    /// The value of the shared counter of changes when the streams were last looked at.
    private var changesSeen: UInt64?
    /// Streams whose figures are to be looked at.
    private var stale: [LiveStream] = []
    private var staleSinceUs: UInt64 = 0
    private var forgetTimer: TimerID?
    private var listFreshUntilMs: UInt64 = 0

    /// The greatest age of what is told, in microseconds, unless making it takes long.
    private static let freshUs: UInt64 = 1_000_000

    package init(source: LiveStreams, changes: StreamChanges, loop: EventLoop) {
        self.source = source
        self.changes = changes
        self.loop = loop
        loop.add(self)
    }

    // MARK: Asking

    /// All streams, by name, including ended ones that are still on disk.
    package func all() -> [LiveStream] {
        let count = changes.count
        return streams.value(
            isOutdated: count != changesSeen || isOld(streams.madeUs),
            clockUs: MonotonicClock.nowUs
        ) {
            changesSeen = count
            forgetLater()
            return source.all()
        }
    }

    /// Forgets streams that are gone, even when no one asks any more: a ring that is mapped takes its
    /// room on the disk.
    private func forgetLater() {
        guard forgetTimer == nil else { return }
        forgetTimer = loop.schedule(afterMs: Self.freshUs / 1_000) { [weak self] in
            guard let self else { return }
            self.forgetTimer = nil
            self.isOld(self.streams.madeUs) ? self.streams.forget() : self.forgetLater()
        }
    }

    /// When the streams were last looked at, in microseconds of the monotonic clock.
    package var lookedAtUs: UInt64 { streams.madeUs ?? 0 }

    /// Whether `listJSON` would give the same again. Costs next to nothing: it uses the clock of the
    /// loop.
    var isListFresh: Bool {
        changes.count == changesSeen && loop.nowMs < listFreshUntilMs
    }

    /// When the list was made.
    var listMadeUs: UInt64 { json.madeUs ?? 0 }

    /// The answer to `GET /api/streams`. Everyone gets the same array, so it is in memory once.
    package func listJSON() -> [UInt8] {
        loop.assertOwner()
        let all = all()
        refreshFigures()
        let isOutdated = json.madeUs.map { $0 < streams.madeUs ?? 0 } ?? true
        // The time by which the streams or the list, whichever is older, have to be looked at again.
        let oldestUs = min(streams.madeUs ?? 0, isOutdated ? .max : json.madeUs ?? 0)
        listFreshUntilMs = (oldestUs + Self.freshUs) / 1_000
        return json.value(
            isOutdated: isOutdated || isOld(json.madeUs), clockUs: MonotonicClock.nowUs
        ) {
            var bytes = Array(#"{"streams":["#.utf8)
            for (index, stream) in all.lazy.filter(\.isListed).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += stream.json
            }
            return bytes + Array("]}".utf8)
        }
    }

    private func isOld(_ madeUs: UInt64?) -> Bool {
        guard let madeUs else { return true }
        return MonotonicClock.nowUs() >= madeUs + Self.freshUs
    }

    // MARK: Figures

    /// Refreshes the figures of all streams: at once as many as fit into a slice, the rest in later
    /// turns.
    package func refreshFigures() {
        let nowUs = MonotonicClock.nowUs()
        guard stale.isEmpty, nowUs >= staleSinceUs + Self.freshUs else { return }
        staleSinceUs = nowUs
        stale = all().reversed()
        work()
    }

    package var hasWork: Bool { !stale.isEmpty }

    package func work() {
        guard hasWork else { return }
        let slice = TurnSlice(us: Limits.figuresSliceUs)
        repeat {
            guard let stream = stale.popLast() else { return }
            stream.refreshFigures()
        } while !slice.isOver
    }
}
