// The commands of `weir`.

import ArgumentParser
import Logging
import Settings
import Telemetry

struct WeirCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "A live-streaming server.",
        version: Version.current,
        subcommands: [
            Serve.self, CheckConfig.self, User.self, Status.self, Top.self, Kick.self, Drain.self,
            Reload.self, Upgrade.self,
        ])
}

extension WeirCommand {
    struct Serve: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "serve",
            abstract: "Runs the server until SIGTERM or Ctrl-C.",
            discussion: SettingFlags.discussion)

        @OptionGroup var flags: SettingFlags

        func run() throws {
            let takingOver = try TakingOver.begin()
            do {
                try serve(takingOver)
            } catch let code as ExitCode {
                throw code
            } catch {
                takingOver?.fail(Main.complaint(about: error, arguments: []).line)
                throw error
            }
        }

        /// - Parameter takingOver: what another supervisor of this server hands over; nil: there is none.
        private func serve(_ takingOver: TakingOver?) throws {
            var settings = try flags.settings(of: .server)
            if let takingOver { settings = try takingOver.settings(settings) }
            let configuration = try Configuration.load(settings)
            Log.bootstrap(
                level: settings.logLevel, format: settings.logFormat, process: "supervisor")
            let logger = Logger(label: "weir")
            // Warnings come only now: a start that fails ends with one line and nothing else.
            let supervisor = try Supervisor(
                configuration: configuration,
                readSettings: { [flags] in try flags.settings(of: .server) },
                takingOver: takingOver, logger: logger)
            warn(settings, logger)
            if takingOver == nil { supervisor.reportPlace() }
            throw ExitCode(supervisor.run())
        }

        private func warn(_ settings: Settings, _ logger: Logger) {
            for note in Environment.probableMistakes() {
                logger.report(.environmentUnknown, "\(note)")
            }
            if settings.publish == .open {
                logger.report(
                    .publishingOpen,
                    """
                    PUBLISHING IS OPEN: anybody who reaches this server can broadcast under any name, \
                    without an account (--publish open). For trials on a private network only.
                    """)
            }
            if let note = AccountsCheck.note(settings) {
                logger.report(.passwordInFlags, "\(note)")
            }
            for address in settings.admin where !address.isLoopback {
                logger.report(
                    .adminExposed,
                    """
                    the admin listener \(address) is not on a loopback address: anybody who reaches it \
                    sees health and figures without a password (--admin)
                    """)
            }
            if settings.adminActions == .on, !settings.admin.allSatisfy(\.isLoopback) {
                logger.report(
                    .adminExposed,
                    "whoever reaches the admin listener can end broadcasts (--admin-actions on)")
            }
        }
    }

    struct CheckConfig: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check-config",
            abstract: "Checks the settings, and prints them with where each came from.",
            discussion: """
                Reads flags, environment and configuration file as weir serve does, and \
                checks the certificate, the key, the logo, the data directory and where the accounts \
                are to be, but starts nothing and asks no database. Says for whom the certificate is \
                and how long. With the file of the packaged service, the service's environment \
                file counts as well. Exit code 0 when weir serve could start with these settings, 2 when \
                not.
                """)

        @OptionGroup var flags: SettingFlags

        func run() throws {
            let settings = try flags.settings(of: .command)
            print(settings.report(), terminator: "")
            for note in Environment.probableMistakes() { print("note: \(note)") }
            if let note = AccountsCheck.note(settings) { print("note: \(note)") }
            if let note = DataDirectoryCheck.note(settings.dataDirectory) { print("note: \(note)") }
            do {
                try MachineCheck.check()
                _ = try CertificateCheck.read(settings)
                _ = try LogoCheck.read(settings)
                try DataDirectoryCheck.check(settings.dataDirectory)
                try AccountsCheck.check(settings)
            } catch {
                throw SettingsError(error.message)
            }
            try CertificateProgram.become(settings)
        }
    }
}
