// The commands that have a running server do something. Each prints what is going on, and ends with exit code
// 0 when it is done, or with one line that says why it is not, and 1.

import ArgumentParser
import Glibc
import LinuxIO
import Settings
import Text

extension ControlClient {
    /// Has it done, and prints what the server says.
    fileprivate func order(_ request: OperatorRequest, done: String) throws(StartError) {
        let answer = try ask(request, isPatient: true, onProgress: ControlClient.tell)
        for note in answer["notes"]?.array ?? [] {
            note.string.map { Self.tell("note: \($0.printable)") }
        }
        Self.tell(done)
        tellSettingsFault()
    }

    fileprivate static func tell(_ text: String) {
        Terminal.write(text + "\n", to: STDOUT_FILENO)
    }
}

struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Has a running server take over its settings and certificate anew.",
        discussion: """
            Waits until new workers serve with them. What is connected stays until it ends by itself, \
            or --drain-timeout is over. If something is wrong with the new settings, nothing changes.

            """ + ControlFlags.discussion)

    @OptionGroup var control: ControlFlags

    func run() throws {
        try ControlClient.find(control).order(.reload, done: "reloaded")
    }
}

struct Upgrade: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Has a running server replace itself by the program that is installed now.",
        discussion: """
            Waits until the new one serves. What is connected stays until it ends by itself, or \
            --drain-timeout is over. If the new program does not become ready, the old one goes on.

            """ + ControlFlags.discussion)

    @OptionGroup var control: ControlFlags

    func run() throws {
        try ControlClient.find(control).order(.upgrade, done: "upgraded")
    }
}

struct Drain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Stops a running server, or replaces one of its workers, without haste.",
        discussion: """
            With the number of a worker: it takes no more connections and ends when those that it has \
            are over; another one takes its place. Without: the whole server stops, as on SIGTERM, \
            and the command waits for its end. /readyz says 503 from the beginning; for \
            --drain-delay, everything is still served.

            """ + ControlFlags.discussion)

    @Argument(help: ArgumentHelp("The worker's number, from weir status.", valueName: "WORKER"))
    var worker: Int?
    @OptionGroup var control: ControlFlags

    func run() throws {
        let client = try ControlClient.find(control)
        try client.order(
            .drain(slot: worker),
            done: worker.map { "worker \($0) drains, and another one serves" }
                ?? "the server has ended")
    }
}
