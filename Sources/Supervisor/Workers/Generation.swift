// The workers of one configuration. Each has a seat; a seat whose worker dies gets another one. A reload
// makes a new generation, whose workers take the place of the old ones.
//
// One thread owns it: that of the supervisor's loop.

import ControlChannel
import LinuxIO
import Settings

final class Generation {
    /// A place for one worker.
    struct Seat {
        /// The slot of its worker, kept for the successor of one that dies.
        var slot: Int
        /// Nil while there is none.
        var worker: WorkerHandle?
    }

    /// From 1 on; no number is used twice.
    let number: UInt32
    let configuration: Configuration
    /// The sealed memory files that its workers inherit.
    let files: GenerationFiles
    var seats: [Seat]
    /// By seat.
    var plan: RestartPlan

    /// - Parameter slots: one for each worker of the configuration.
    init(number: UInt32, configuration: Configuration, slots: [Int]) throws(SystemError) {
        precondition(slots.count == configuration.settings.workers, "a slot for each worker")
        self.number = number
        self.configuration = configuration
        files = try GenerationFiles(configuration)
        seats = slots.map { Seat(slot: $0, worker: nil) }
        plan = RestartPlan(seats: slots.count)
    }

    var workers: [WorkerHandle] { seats.compactMap(\.worker) }

    func seat(of worker: WorkerHandle) -> Int? {
        seats.firstIndex { $0.worker === worker }
    }

    /// How many workers are ready.
    var readyCount: Int { seats.count { $0.worker?.isReady ?? false } }

    var isComplete: Bool { readyCount == seats.count }

    /// Whether a worker serves, or is about to.
    var isServed: Bool { seats.contains { $0.worker?.isServing ?? false } }
}

/// What each worker of a generation inherits beside the shared files.
final class GenerationFiles {
    let settings: Descriptor
    let certificate: Descriptor
    let key: Descriptor
    let logo: Descriptor

    init(_ configuration: Configuration) throws(SystemError) {
        settings = try MemoryFile.sealed(
            name: "weir-settings", contents: configuration.settings.encoded())
        certificate = try MemoryFile.sealed(
            name: "weir-certificate", contents: configuration.certificate)
        key = try MemoryFile.sealed(name: "weir-key", contents: configuration.key)
        logo = try MemoryFile.sealed(name: "weir-logo", contents: configuration.logo)
    }
}
