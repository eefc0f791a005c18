// What a worker inherits, as arguments and back.

import Testing

@testable import ControlChannel

private let launch = WorkerLaunch(
    slot: 1, slots: 3, controlDescriptor: 3, settingsDescriptor: 4, countersDescriptor: 5,
    doorbellDescriptors: [6, 7, 8])

@Suite("A worker's launch")
struct WorkerLaunchTests {
    @Test("survives as arguments")
    func roundTrip() throws {
        #expect(try WorkerLaunch(arguments: launch.arguments) == launch)
    }

    @Test("each argument is required", arguments: [0, 2, 4, 6, 8, 10])
    func missing(index: Int) {
        var arguments = launch.arguments
        let name = arguments[index]
        arguments.removeSubrange(index...index + 1)
        #expect(throws: WorkerLaunchError.missing(name)) {
            try WorkerLaunch(arguments: arguments)
        }
    }

    @Test("each argument has to be numbers", arguments: [1, 3, 5, 7, 9, 11])
    func notANumber(index: Int) {
        var arguments = launch.arguments
        arguments[index] = "6,,x"
        #expect(throws: WorkerLaunchError.notANumber(arguments[index - 1])) {
            try WorkerLaunch(arguments: arguments)
        }
    }

    @Test("nothing else is taken")
    func unknown() {
        #expect(throws: WorkerLaunchError.unknown("--port")) {
            try WorkerLaunch(arguments: launch.arguments + ["--port", "1"])
        }
        #expect(throws: WorkerLaunchError.malformed) {
            try WorkerLaunch(arguments: launch.arguments + ["--slot", "1"])
        }
        #expect(throws: WorkerLaunchError.malformed) {
            try WorkerLaunch(arguments: launch.arguments + ["--slot"])
        }
    }

    @Test(
        "values that contradict one another are refused",
        arguments: [
            (1, "3"), (1, "-1"), (3, "65"), (3, "2"), (5, "2"), (5, "4"), (11, "6,7"),
            (11, "6,7,7"), (11, "6,7,8,9"),
        ])
    func inconsistent(index: Int, value: String) {
        var arguments = launch.arguments
        arguments[index] = value
        #expect(throws: WorkerLaunchError.inconsistent) {
            try WorkerLaunch(arguments: arguments)
        }
    }

    @Test("an error says who starts workers")
    func wording() {
        #expect(
            "\(WorkerLaunchError.missing("--slot"))"
                == "weir-worker is started by weir, not by hand: --slot is missing")
    }
}
