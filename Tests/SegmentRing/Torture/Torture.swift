// A writer in a process of its own, for tests that kill it: `ring-torture append PATH SEED`, or
// `step PATH`, or `hold PATH`.
// Its exit status tells the test what was wrong; 0 is never reached by `append`, which is killed.

import CStepper
import Glibc
import SegmentRing

/// Exit statuses, each one broken expectation.
enum Failure: Int32 {
    case usage = 2
    case ring = 3
    case lease = 4
    case state = 5
    case carry = 6
    /// Not a failure of the ring: this machine does not allow tracing.
    case tracing = 77
}

func fail(_ failure: Failure) -> Never { exit(failure.rawValue) }

/// The state that belongs to a ring with this many entries.
func knownState(_ entryHead: UInt64) -> [UInt8] {
    (0..<40).map { UInt8(truncatingIfNeeded: (entryHead &* 0x9E37_79B9) >> UInt64($0 % 32)) }
}

/// Media that follows from its sequence number; the tests have the same function.
func knownFragment(_ sequence: UInt64, length: Int) -> [UInt8] {
    (0..<length).map {
        UInt8(truncatingIfNeeded: (sequence &* 0x9E37_79B9 &+ UInt64($0) &* 31) >> 3)
    }
}

/// Chooses what the writer does, the same from the same seed (a linear congruential generator).
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 32 | state << 32
    }
}

struct Torturer {
    let writer: RingWriter
    var ring: Ring { writer.ring }

    init(path: String) {
        guard let ring = try? Ring.open(path: path) else { fail(.ring) }
        let acquired: RingWriter?
        do {
            acquired = try ring.acquireWriter(slot: 3)
        } catch {
            fail(.ring)
        }
        guard let acquired else { fail(.lease) }
        writer = acquired
        let head = ring.entryHead
        guard writer.state == knownState(head) else { fail(.state) }
        guard writer.carry == knownFragment(head, length: writer.carry.count) else { fail(.carry) }
    }

    func append(length: Int) {
        append(knownFragment(ring.entryHead, length: length), state: knownState(ring.entryHead + 1))
    }

    /// Appends media and state that were made before.
    func append(_ bytes: [UInt8], state: [UInt8]) {
        let sequence = ring.entryHead
        let appended: Void? = try? bytes.withUnsafeBytes {
            try writer.append(
                $0, flags: sequence % 5 == 0 ? .independent : [],
                mediaTimeMs: Int64(sequence), durationMs: 1, bootMs: sequence,
                state: state)
        }
        if appended == nil { fail(.ring) }
    }

    func suspend(carryLength: Int) {
        let head = ring.entryHead
        let carry = knownFragment(head, length: carryLength)
        if (try? writer.suspend(state: knownState(head), carry: carry)) == nil { fail(.ring) }
    }

    /// Appends and suspends until it is killed.
    func runForEver(seed: UInt64) -> Never {
        var random = Generator(state: seed)
        while true {
            append(length: Int.random(in: 0...ring.geometry.fragmentBytes, using: &random))
            if Int.random(in: 0..<4, using: &random) == 0 {
                suspend(
                    carryLength: Int.random(in: 0...ring.geometry.carryBytes, using: &random))
            }
        }
    }

    /// Stops, does a few things that its parent watches one instruction at a time, and ends.
    func runInSteps() -> Never {
        append(length: 10)
        let lengths = [300, 1_000, 1_024, 1_024, 1_024, 1]
        let fragments = lengths.enumerated().map {
            knownFragment(UInt64($0.offset + 1), length: $0.element)
        }
        let states = (0...7).map { knownState(UInt64($0)) }
        let carry = knownFragment(5, length: 200)
        // Whatever is set up at first use is set up now.
        suspend(carryLength: 10)
        guard stepper_trace_me() == 0 else { fail(.tracing) }
        raise(SIGSTOP)
        for index in 0..<4 { append(fragments[index], state: states[index + 2]) }
        if (try? writer.suspend(state: states[5], carry: carry)) == nil { fail(.ring) }
        for index in 4..<6 { append(fragments[index], state: states[index + 2]) }
        exit(0)
    }

    /// Keeps the lease until it is killed.
    func hold() -> Never {
        ring.slots.setWaiting(true, slot: 3)
        while true { pause() }
    }
}

@main
enum Main {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else { fail(.usage) }
        let torturer = Torturer(path: arguments[2])
        switch arguments[1] {
        case "append":
            guard let seed = arguments.last.flatMap({ UInt64($0) }) else { fail(.usage) }
            torturer.runForEver(seed: seed)
        case "step": torturer.runInSteps()
        case "hold": torturer.hold()
        default: fail(.usage)
        }
    }
}
