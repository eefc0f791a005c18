// Runs one command line from arguments to exit code. Whatever goes wrong ends as exactly one line on
// standard error: "weir: " with cause and remedy.

import ArgumentParser
import Glibc
import Settings

enum Main {
    /// Exit codes: 0 done; 1 the machine refused (a port, a file, a directory); 2 the command line
    /// or a setting is wrong.
    static let usageExitCode: Int32 = 2

    /// Parses and runs a command, and answers the exit code of the process.
    static func run(arguments: [String]) -> Int32 {
        do {
            var command = try WeirCommand.parseAsRoot(arguments)
            try command.run()
            return 0
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        switch error {
        case let error as SettingsError:
            return complain(error.description, exitCode: usageExitCode)
        case let error as StartError:
            return complain(error.message, exitCode: error.exitCode)
        case let code as ExitCode:
            return code.rawValue
        default:
            return reportParsing(error)
        }
    }

    /// Help and version arrive as errors too, as those that are a success.
    private static func reportParsing(_ error: any Error) -> Int32 {
        if WeirCommand.exitCode(for: error) == .success {
            print(WeirCommand.fullMessage(for: error))
            return 0
        }
        let message = WeirCommand.message(for: error)
        return complain("\(message) (see weir serve --help)", exitCode: usageExitCode)
    }

    private static func complain(_ message: String, exitCode: Int32) -> Int32 {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        StandardError.write("weir: \(line)\n")
        return exitCode
    }
}
