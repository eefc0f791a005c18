// Everything that a worker inherits from its supervisor. Apart from this and standard input
// (/dev/null), output and error, a worker starts without any descriptor. The numbers travel as
// arguments of weir-worker, which `ps` shows, so they hold no secrets.

/// How a worker is started.
package struct WorkerLaunch: Equatable, Sendable {
    /// Which worker this is, 0..<slots. A replacement has the slot of the worker it replaces, and with
    /// it that worker's doorbell, counters and bit in every ring.
    package let slot: Int
    /// How many workers there are, 1...64.
    package let slots: Int
    /// The worker's end of the control channel: a seqpacket socket. Its end of file means that the
    /// supervisor is gone.
    package let controlDescriptor: Int32
    /// A sealed memory file with the encoded Settings.
    package let settingsDescriptor: Int32
    /// The memory file of the counters that all processes share (Telemetry's CounterPage).
    package let countersDescriptor: Int32
    /// One eventfd per slot. A worker waits on its own, `doorbellDescriptors[slot]`, and rings the
    /// others. They outlive any worker, so a ring for a slot whose worker has died is not lost.
    package let doorbellDescriptors: [Int32]

    package init(
        slot: Int, slots: Int, controlDescriptor: Int32, settingsDescriptor: Int32,
        countersDescriptor: Int32, doorbellDescriptors: [Int32]
    ) {
        self.slot = slot
        self.slots = slots
        self.controlDescriptor = controlDescriptor
        self.settingsDescriptor = settingsDescriptor
        self.countersDescriptor = countersDescriptor
        self.doorbellDescriptors = doorbellDescriptors
        precondition(isConsistent, "a supervisor launches a worker with consistent values")
    }

    /// The worker's arguments, without the program's name.
    package var arguments: [String] {
        [
            "--slot", "\(slot)", "--slots", "\(slots)", "--control", "\(controlDescriptor)",
            "--settings", "\(settingsDescriptor)", "--counters", "\(countersDescriptor)",
            "--doorbells", doorbellDescriptors.map { "\($0)" }.joined(separator: ","),
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
        func number<Number: FixedWidthInteger>(_ name: String) throws(WorkerLaunchError) -> Number {
            guard let text = values.removeValue(forKey: name) else { throw .missing(name) }
            guard let number = Number(text) else { throw .notANumber(name) }
            return number
        }
        slot = try number("--slot")
        slots = try number("--slots")
        controlDescriptor = try number("--control")
        settingsDescriptor = try number("--settings")
        countersDescriptor = try number("--counters")
        guard let list = values.removeValue(forKey: "--doorbells") else {
            throw .missing("--doorbells")
        }
        var doorbells: [Int32] = []
        for text in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard let doorbell = Int32(text) else { throw .notANumber("--doorbells") }
            doorbells.append(doorbell)
        }
        doorbellDescriptors = doorbells
        if let unknown = values.keys.min() { throw .unknown(unknown) }
        guard isConsistent else { throw .inconsistent }
    }

    /// A slot that exists, a doorbell for each, and no descriptor named twice or taken from the
    /// standard three.
    private var isConsistent: Bool {
        let descriptors =
            [controlDescriptor, settingsDescriptor, countersDescriptor] + doorbellDescriptors
        return (1...64).contains(slots) && (0..<slots).contains(slot)
            && doorbellDescriptors.count == slots
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
