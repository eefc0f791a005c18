// Where commands for a running server look for it. The settings come from the same sources as those of
// the server, so that the same file and environment serve both.

import ArgumentParser
import Settings

struct ControlFlags: ParsableArguments {
    static let discussion = """
        The server is found by its control socket: the one that --control, WEIR_CONTROL or the \
        configuration file names; else in RUNTIME_DIRECTORY, if that is set; else, with no settings or \
        those of the packaged service, /run/weir/control; else in the data directory, and in that of \
        make run. Only root and the user that the server runs as may use it.
        """

    @Option(
        name: .customLong("control"),
        help: ArgumentHelp("The server's control socket.", valueName: "PATH"))
    var control: String?
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            "The server's data directory, for a socket that is there.", valueName: "DIR"))
    var data: String?
    @Option(name: SettingFlags.configFlag, help: SettingFlags.configHelp) var config: String?

    /// Where to look for the server. What is wrong with a file of settings is the server's to say: it need not
    /// be readable here, unless nothing else says where the server is.
    func search() throws -> ControlSearch {
        var given = GivenSettings()
        for (name, text) in [(Setting.Name.control, control), (.data, data)] {
            if let text {
                given[name] = GivenSettings.Entry(texts: [text], source: .flag)
            }
        }
        given = given.over(.environment(Environment.value))
        var fault: (any Error)?
        let path = SettingFlags.configurationPath(config)
        let isNamed = path.map { !ServiceFiles.isConfiguration($0) } ?? false
        if let path {
            // As user weir, the file of the environment cannot be read; it hardly ever has the place.
            if !isNamed, let more = try? ServiceFiles.environmentSettings() {
                given = given.over(more)
            }
            do {
                given = given.over(try SettingFlags.file(path, only: ControlPlace.settings))
            } catch {
                fault = error
            }
        }
        let runtime = Environment.value(ControlPlace.runtimeVariable)
        let isToldElsewhere = given[.control] != nil || given[.data] != nil || runtime != nil
        if let fault, isNamed, !isToldElsewhere { throw fault }
        return ControlSearch(
            places: try ControlPlace.candidates(
                given, runtimeDirectory: runtime, isNamed: isNamed,
                checkout: Checkout.dataDirectory),
            fault: fault.map { Main.complaint(about: $0, arguments: []).line })
    }
}

/// Where a command looks for the server.
struct ControlSearch {
    /// The sockets to try, in this order.
    let places: [String]
    /// What is wrong with the file of settings; nil: nothing that matters here.
    let fault: String?
}
