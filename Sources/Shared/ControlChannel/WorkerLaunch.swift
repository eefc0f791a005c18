// Everything that a worker inherits from its supervisor. Apart from this and standard input
// (/dev/null), output and error, a worker starts without any descriptor. The numbers travel as
// arguments of weir-worker, which `ps` shows, so they hold no secrets.

/// What a worker's start is part of.
package enum WorkerRole: String, CaseIterable, Sendable {
    /// The first worker of a server that has just started: nobody else has the data directory, so
    /// whatever rings say of workers is left over from processes that are gone.
    case serverStart = "server-start"
    /// The first worker of a generation. It logs what would be the same for all of them.
    case first
    /// The same for a generation that is being tried: it refuses what would harm clients, because the
    /// generation that serves can go on.
    case trial
    case other
}

/// How a worker is started.
package struct WorkerLaunch: Equatable, Sendable {
    /// There is always this number of slots: a ring has one bit for each.
    package static let slots = 64

    /// The worker's place among all workers, 0..<slots, for as long as it lives. Doorbell, counters and
    /// the bits in every ring belong to the slot. A replacement for a worker that died has the same one.
    package let slot: Int
    /// Which set of settings the worker serves with, from 1 on.
    package let generation: UInt32
    package let role: WorkerRole
    /// The worker's end of the control channel: a seqpacket socket. Its end of file means that the
    /// supervisor is gone.
    package let controlDescriptor: Int32
    /// A sealed memory file with the encoded Settings.
    package let settingsDescriptor: Int32
    /// Sealed memory files with the certificate chain and its key, PEM. They are copies, so that a worker
    /// that is replaced never reads a pair that is only half renewed.
    package let certificateDescriptor: Int32
    package let keyDescriptor: Int32
    /// A sealed memory file with the logo of the pages, as its file is; empty when there is none.
    package let logoDescriptor: Int32
    /// The memory file of the counters that all processes share (Telemetry's CounterPage).
    package let countersDescriptor: Int32
    /// The memory file in which the supervisor shows what all slots do (Telemetry's SlotBoard).
    package let boardDescriptor: Int32
    /// The first of `slots` eventfds in a row. A worker waits on that of its own slot, and rings the
    /// others. They outlive any worker, so a ring for a slot whose worker has died is not lost.
    package let firstDoorbellDescriptor: Int32

    package init(
        slot: Int, generation: UInt32, role: WorkerRole, controlDescriptor: Int32,
        settingsDescriptor: Int32, certificateDescriptor: Int32, keyDescriptor: Int32,
        logoDescriptor: Int32, countersDescriptor: Int32, boardDescriptor: Int32,
        firstDoorbellDescriptor: Int32
    ) {
        self.slot = slot
        self.generation = generation
        self.role = role
        self.controlDescriptor = controlDescriptor
        self.settingsDescriptor = settingsDescriptor
        self.certificateDescriptor = certificateDescriptor
        self.keyDescriptor = keyDescriptor
        self.logoDescriptor = logoDescriptor
        self.countersDescriptor = countersDescriptor
        self.boardDescriptor = boardDescriptor
        self.firstDoorbellDescriptor = firstDoorbellDescriptor
        precondition(isConsistent, "a supervisor launches a worker with consistent values")
    }

    /// The worker's doorbells, by slot.
    package var doorbellDescriptors: [Int32] {
        (0..<Int32(Self.slots)).map { firstDoorbellDescriptor + $0 }
    }

    /// The worker's arguments, without the program's name.
    package var arguments: [String] {
        [
            "--slot", "\(slot)", "--generation", "\(generation)", "--role", role.rawValue,
            "--control", "\(controlDescriptor)", "--settings", "\(settingsDescriptor)",
            "--certificate", "\(certificateDescriptor)", "--key", "\(keyDescriptor)",
            "--logo", "\(logoDescriptor)", "--counters", "\(countersDescriptor)", "--board",
            "\(boardDescriptor)",
            "--doorbells", "\(firstDoorbellDescriptor)",
        ]
    }

    /// Reads the arguments back. They come from the supervisor, or from somebody who started the
    /// worker by hand, so errors are explained in words.
    /// - Parameter arguments: those of the process, without the program's name.
    package init(arguments: [String]) throws(WorkerLaunchError) {
        var values: [String: String] = [:]
        guard arguments.count.isMultiple(of: 2) else { throw .malformed }
        for index in stride(from: 0, to: arguments.count, by: 2) {
            guard values.updateValue(arguments[index + 1], forKey: arguments[index]) == nil else {
                throw .malformed
            }
        }
        func text(_ name: String) throws(WorkerLaunchError) -> String {
            guard let text = values.removeValue(forKey: name) else { throw .missing(name) }
            return text
        }
        func number<Number: FixedWidthInteger>(_ name: String) throws(WorkerLaunchError) -> Number {
            guard let number = Number(try text(name)) else { throw .notANumber(name) }
            return number
        }
        slot = try number("--slot")
        generation = try number("--generation")
        guard let role = WorkerRole(rawValue: try text("--role")) else { throw .unknown("--role") }
        self.role = role
        controlDescriptor = try number("--control")
        settingsDescriptor = try number("--settings")
        certificateDescriptor = try number("--certificate")
        keyDescriptor = try number("--key")
        logoDescriptor = try number("--logo")
        countersDescriptor = try number("--counters")
        boardDescriptor = try number("--board")
        firstDoorbellDescriptor = try number("--doorbells")
        if let unknown = values.keys.min() { throw .unknown(unknown) }
        guard isConsistent else { throw .inconsistent }
    }

    /// A slot that exists, and no descriptor named twice or taken from the standard three.
    private var isConsistent: Bool {
        guard firstDoorbellDescriptor <= Int32.max - Int32(Self.slots) else { return false }
        let descriptors =
            [
                controlDescriptor, settingsDescriptor, certificateDescriptor, keyDescriptor,
                logoDescriptor, countersDescriptor, boardDescriptor,
            ] + doorbellDescriptors
        return (0..<Self.slots).contains(slot) && generation > 0
            && descriptors.allSatisfy { $0 > 2 }
            && Set(descriptors).count == descriptors.count
    }
}

/// Why a process cannot be a worker.
package enum WorkerLaunchError: Error, Equatable, CustomStringConvertible {
    case malformed
    case missing(String)
    case notANumber(String)
    case unknown(String)
    case inconsistent

    package var description: String {
        let cause =
            switch self {
            case .malformed: "its arguments are not pairs of name and value"
            case .missing(let name): "\(name) is missing"
            case .notANumber(let name): "\(name) is not a number"
            case .unknown(let name): "\(name) is unknown"
            case .inconsistent: "its arguments contradict one another"
            }
        return "weir-worker is started by weir, not by hand: \(cause)"
    }
}
