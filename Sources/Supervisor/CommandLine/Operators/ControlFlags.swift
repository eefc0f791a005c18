// Where commands for a running server look for it. The settings come from the same sources as those of
// the server, so that the same file and environment serve both.

import ArgumentParser
import Settings

struct ControlFlags: ParsableArguments {
    static let discussion = """
        The server is found by its control socket: the one that --control, WEIR_CONTROL or the \
        configuration file names, else /run/weir/control, else the one in the data directory. Only \
        root and the user that the server runs as may use it.
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

    /// The sockets to try, in this order.
    func candidates() throws -> [String] {
        var given = GivenSettings()
        for (name, text) in [(Setting.Name.control, control), (.data, data)] {
            if let text {
                given[name] = GivenSettings.Entry(texts: [text], source: .flag)
            }
        }
        return try ControlPlace.candidates(SettingFlags.complete(given, config: config))
    }
}
