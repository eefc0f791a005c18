// `weir status`: what a running server does, once or again and again.

import ArgumentParser
import Glibc
import LinuxIO
import Settings

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows what a running server, its workers and its streams do.",
        discussion: """
            Workers: connections, viewers, processor time of the last moment (100% is one core), \
            memory of their own. Streams: whether all is well (ok, ! or !! with the reason), what the \
            publisher does, bits per second, distance of key frames (KEY), viewers by WebM and by HLS \
            or DASH, how much later media comes than it could (LAG), and how long the publisher was \
            held back in all because it was ahead of the clock (HELD). Exit code 0 if the server \
            answers, even if no worker does.

            """ + ControlFlags.discussion)

    @Flag(name: .customLong("json"), help: "All of it as one line of JSON, for programs.")
    var asJSON = false
    @Flag(name: .customLong("watch"), help: "Shows it again every two seconds, until Ctrl-C.")
    var watches = false
    @OptionGroup var control: ControlFlags

    /// Streams that are listed for people; all of them are in the JSON.
    private static let mostStreams = 40
    /// Long enough for the system's count of processor time to mean something.
    private static let lookMs: UInt32 = 500
    private static let watchMs: UInt32 = 2_000

    func run() throws {
        let client = try ControlClient.find(control)
        client.tellSettingsFault()
        var earlier: ServerStatus?
        if !asJSON {
            earlier = try ServerStatus.of(client)
            usleep(Self.lookMs * 1_000)
        }
        repeat {
            let status = try ServerStatus.of(client)
            show(status, earlier: earlier)
            earlier = status
            if watches { usleep(Self.watchMs * 1_000) }
        } while watches
    }

    private func show(_ status: ServerStatus, earlier: ServerStatus?) {
        if asJSON { return Terminal.write(status.json.text + "\n", to: STDOUT_FILENO) }
        let size = Terminal.size(of: STDOUT_FILENO)
        let text = StatusText(
            status, earlier: earlier, width: size?.columns ?? Self.widthWithoutTerminal,
            hasColours: size != nil && Environment.value("NO_COLOR") == nil)
        let most = watches ? min(Self.mostStreams, size?.rows ?? .max) : Self.mostStreams
        var lines = text.lines(streams: most)
        if watches, let size { lines = Array(lines.prefix(size.rows - 1)) }
        // Home, then each line and the rest of its row, then the rest of the screen: nothing flickers.
        let isScreen = watches && size != nil
        let ending = isScreen ? "\u{1B}[K\n" : "\n"
        Terminal.write(
            (isScreen ? "\u{1B}[H" : "") + lines.map { $0 + ending }.joined()
                + (isScreen ? "\u{1B}[J" : ""), to: STDOUT_FILENO)
    }

    /// Nothing has to be cut for a program that reads the text.
    private static var widthWithoutTerminal: Int {
        Environment.value("COLUMNS").flatMap { Int($0) } ?? 160
    }
}
