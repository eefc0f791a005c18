// What a worker inherits, as arguments and back.

import Testing

@testable import ControlChannel

private let launch = WorkerLaunch(
    slot: 1, generation: 2, role: .other, controlDescriptor: 3, settingsDescriptor: 4,
    certificateDescriptor: 5, keyDescriptor: 6, logoDescriptor: 9, countersDescriptor: 7,
    boardDescriptor: 8,
    firstDoorbellDescriptor: 10)
private let names = stride(from: 0, to: launch.arguments.count, by: 2).map { $0 }
private let role = 4

@Suite("A worker's launch")
struct WorkerLaunchTests {
    @Test("survives as arguments", arguments: WorkerRole.allCases)
    func roundTrip(role: WorkerRole) throws {
        let launch = WorkerLaunch(
            slot: 63, generation: .max, role: role, controlDescriptor: 70,
            settingsDescriptor: 71, certificateDescriptor: 72, keyDescriptor: 73,
            logoDescriptor: 76,
            countersDescriptor: 74, boardDescriptor: 75, firstDoorbellDescriptor: 3)
        #expect(try WorkerLaunch(arguments: launch.arguments) == launch)
        #expect(launch.doorbellDescriptors == Array(3..<67))
    }

    @Test("each argument is required", arguments: names)
    func missing(index: Int) {
        var arguments = launch.arguments
        let name = arguments[index]
        arguments.removeSubrange(index...index + 1)
        #expect(throws: WorkerLaunchError.missing(name)) {
            try WorkerLaunch(arguments: arguments)
        }
    }

    @Test("each argument but the role has to be a number", arguments: names.filter { $0 != role })
    func notANumber(index: Int) {
        var arguments = launch.arguments
        arguments[index + 1] = "6,,x"
        #expect(throws: WorkerLaunchError.notANumber(arguments[index])) {
            try WorkerLaunch(arguments: arguments)
        }
    }

    @Test("nothing else is taken")
    func unknown() {
        #expect(throws: WorkerLaunchError.unknown("--port")) {
            try WorkerLaunch(arguments: launch.arguments + ["--port", "1"])
        }
        var arguments = launch.arguments
        arguments[role + 1] = "king"
        #expect(throws: WorkerLaunchError.unknown("--role")) {
            try WorkerLaunch(arguments: arguments)
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
            ("--slot", "64"), ("--slot", "-1"), ("--generation", "0"), ("--control", "2"),
            ("--control", "4"), ("--key", "9"), ("--key", "72"), ("--doorbells", "2"),
            ("--doorbells", "2147483647"),
        ])
    func inconsistent(name: String, value: String) throws {
        var arguments = launch.arguments
        arguments[try #require(arguments.firstIndex(of: name)) + 1] = value
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

@Suite("Why a worker cannot start")
struct FailureTests {
    @Test(
        "comes whole up to a limit, and without zeros",
        arguments: [0, 1, 167, 168, 169, 1_344, 5_000])
    func pieces(count: Int) {
        let reason = String(repeating: "\0x", count: count).prefix(count)
        var text: [UInt8] = []
        for message in ToSupervisor.failure(String(reason)) {
            guard case .failed(let piece) = message else { return #expect(Bool(false)) }
            text += piece
        }
        let expected = reason.replacing("\0", with: "?").prefix(ToSupervisor.reasonBytes)
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }
}
