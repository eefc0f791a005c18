// Runs one command line from arguments to exit code. Any failure ends as exactly one line on
// standard error: "weir: " with cause and remedy.

import ArgumentParser
import Glibc
import Settings
import Telemetry

enum Main {
    /// Exit codes: 0 done; 1 the machine refused (a port, a file, a directory); 2 the command line
    /// or a setting is wrong.
    static let usageExitCode: Int32 = 2

    /// Parses and runs a command, and returns the exit code of the process.
    static func run(arguments: [String]) -> Int32 {
        do {
            var command = try WeirCommand.parseAsRoot(arguments)
            try command.run()
            return 0
        } catch {
            return report(error, arguments: arguments)
        }
    }

    private static func report(_ error: any Error, arguments: [String]) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        // Help and version arrive as errors too.
        if WeirCommand.exitCode(for: error) == .success {
            print(WeirCommand.fullMessage(for: error))
            return 0
        }
        let (line, exitCode) = complaint(about: error, arguments: arguments)
        StandardError.write("\(Journal.prefixOfError())weir: \(line)\n")
        return exitCode
    }

    /// The one line that explains an error, and the exit code for it.
    static func complaint(
        about error: any Error, arguments: [String]
    ) -> (line: String, exitCode: Int32) {
        switch error {
        case let error as SettingsError:
            (oneLine(error.description), usageExitCode)
        case let error as StartError:
            (oneLine(error.message), error.exitCode)
        default:
            (usageLine(WeirCommand.message(for: error), arguments), usageExitCode)
        }
    }

    /// The complaint of the command-line parser, with a hint where to read on.
    private static func usageLine(_ message: String, _ arguments: [String]) -> String {
        var command: any ParsableCommand.Type = WeirCommand.self
        var path = "weir"
        for word in arguments {
            let inside = command.configuration.subcommands
            if let next = inside.first(where: { $0.configuration.commandName == word }) {
                command = next
                path += " " + word
                continue
            }
            guard !inside.isEmpty, !word.hasPrefix("-") else { break }
            let names = inside.compactMap { $0.configuration.commandName }
            let hint = Similarity.nearest(to: word, among: names).map { "did you mean \($0)?" }
            return "unknown command \(Quoted.text(word)); \(hint ?? "see \(path) --help")"
        }
        return oneLine(message) + "; see \(path) --help"
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
