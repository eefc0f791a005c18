// The metrics that no process counts: they are looked up when somebody asks. The supervisor's board says
// what slots, reloads and the certificate do; rings say what streams do.
//
// Owner: the worker's loop thread.

import LinuxIO
import Settings
import StreamState
import Streams
import Telemetry

struct ReportedFacts {
    private let catalog: StreamCatalog
    private let counters: CounterPage
    private let board: SlotBoard
    private let dataDirectory: String

    init(
        catalog: StreamCatalog, counters: CounterPage, board: SlotBoard, dataDirectory: String
    ) {
        self.catalog = catalog
        self.counters = counters
        self.board = board
        self.dataDirectory = dataDirectory
    }

    struct Sample: Equatable {
        /// The values, in the order of the metric's labels.
        let labels: [String]
        let value: UInt64
    }

    /// Whether there is a process in a slot: it has said what it may do.
    func isLiving(_ slot: Int) -> Bool { counters.get(.descriptorsAllowed, slot: slot) > 0 }

    /// The slots of workers that live.
    var livingSlots: [Int] { (0..<counters.slots).filter(isLiving) }

    /// What there is now.
    func now() -> Snapshot {
        let all = catalog.all()
        catalog.refreshFigures()
        return Snapshot(
            facts: self, all: all, streams: StreamFigures.most(of: all),
            space: try? FileSystem.space(at: dataDirectory))
    }

    struct Snapshot {
        fileprivate let facts: ReportedFacts
        fileprivate let all: [LiveStream]
        fileprivate let streams: (shown: [StreamFigures], leftOut: Int)
        fileprivate let space: DiskSpace?

        func samples(of metric: ReportedMetric) -> [Sample] {
            switch metric {
            case .build: [Sample(labels: [Version.current], value: 1)]
            case .loopBusy: facts.loopBusy
            case .workersByState: facts.workersByState
            case .uptime, .generation, .workersWanted, .drains, .stopping, .reloads,
                .reloadFailures, .reloadTime, .reloadSuccess, .reloadDuration, .upgrades,
                .certificateExpiry:
                facts.fromBoard(metric)
            case .streamsByState: byState
            case .streamsLeftOut: [Sample(labels: [], value: UInt64(streams.leftOut))]
            case .ringBytes:
                [Sample(labels: [], value: all.reduce(0) { $0 + UInt64($1.ringBytes) })]
            case .dataFree: [space?.freeBytes].compactMap(\.self).map(Sample.init(plain:))
            case .dataSize: [space?.totalBytes].compactMap(\.self).map(Sample.init(plain:))
            case .streamViewers, .streamPackagedViewers, .streamBitrate,
                .streamKeyFrameDistance, .streamSilence, .streamLag, .streamHeldBack,
                .streamIngest, .streamLosses:
                streams.shown.compactMap { stream in
                    stream.value(of: metric).map { Sample(labels: [stream.name], value: $0) }
                }
            }
        }

        private var byState: [Sample] {
            [StreamState.live, .paused, .ended].map { state in
                Sample(
                    labels: [state.rawValue], value: UInt64(all.count { $0.state == state }))
            }
        }
    }

    // MARK: Workers

    private var loopBusy: [Sample] {
        livingSlots.map {
            Sample(labels: ["\($0)"], value: counters.sumUs(of: .loopTurn, slot: $0))
        }
    }

    private var workersByState: [Sample] {
        let states = (0..<SlotBoard.slots).map { board[$0].state }
        return SlotState.allCases.filter { $0 != .free }.map { state in
            Sample(labels: ["\(state)"], value: UInt64(states.count { $0 == state }))
        }
    }

    private func fromBoard(_ metric: ReportedMetric) -> [Sample] {
        let value: UInt64? =
            switch metric {
            case .uptime: BootClock.nowMs().since(board[.startedBootMs])
            case .generation: board[.generation]
            case .workersWanted: board[.wantedWorkers]
            case .drains: board[.drains]
            case .stopping: board[.isStopping]
            case .reloads: board[.reloads]
            case .reloadFailures: board[.reloadsRefused]
            case .reloadTime: board[.reloadedUnixS]
            case .reloadSuccess: board[.lastReloadWasRefused] == 0 ? 1 : 0
            case .reloadDuration: board[.reloadMs]
            case .upgrades: board[.upgrades]
            case .certificateExpiry:
                board[.certificateExpiresUnixS] == 0 ? nil : board[.certificateExpiresUnixS]
            default: nil
            }
        return value.map { [Sample(plain: $0)] } ?? []
    }
}

extension ReportedFacts.Sample {
    fileprivate init(plain value: UInt64) { self.init(labels: [], value: value) }
}
