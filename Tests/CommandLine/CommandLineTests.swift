// The command line: that it has what the table of settings has, and how it complains.

import Foundation
import Settings
import Testing

@testable import Supervisor

private func complaint(_ arguments: String...) throws -> (line: String, exitCode: Int32) {
    do {
        var command = try WeirCommand.parseAsRoot(arguments)
        try command.run()
    } catch {
        return Main.complaint(about: error, arguments: arguments)
    }
    throw Unexpected()
}

/// A command that should have failed did not.
private struct Unexpected: Error {}

struct CommandLineTests {
    @Test("every setting has its flag", arguments: Setting.Name.allCases)
    func flags(name: Setting.Name) throws {
        let flags = try SettingFlags.parse([Setting.named(name).flag, "some text"])
        let given = flags.given()
        for other in Setting.Name.allCases {
            let expected = GivenSettings.Entry(texts: ["some text"], source: .flag)
            #expect(given[other] == (other == name ? expected : nil))
        }
    }

    @Test("lists take repeated flags")
    func lists() throws {
        let flags = try SettingFlags.parse(["--listen", "a", "--listen", "b"])
        #expect(flags.given()[.listen]?.texts == ["a", "b"])
    }

    @Test(
        "help explains every setting with its default and its environment variable",
        arguments: Setting.all.map(\.name))
    func help(name: Setting.Name) {
        let help = WeirCommand.helpMessage(for: WeirCommand.Serve.self, columns: 10_000)
        let setting = Setting.named(name)
        #expect(help.contains("\(setting.flag) <\(setting.placeholder)>"))
        #expect(help.contains(setting.help))
        #expect(help.contains("default: \(setting.defaultText); environment: "))
        #expect(help.contains(setting.environmentName))
    }

    @Test("a wrong command line is told in one line, with exit code 2")
    func usage() throws {
        let unknown = try complaint("serve", "--no-such-flag")
        #expect(unknown.exitCode == 2)
        #expect(unknown.line.contains("--no-such-flag"))
        #expect(unknown.line.hasSuffix("see weir serve --help"))
        let command = try complaint("srve")
        #expect(command.line == "unknown command \"srve\"; did you mean serve?")
        #expect(command.exitCode == 2)
        let value = try complaint("check-config", "--grace")
        #expect(value.exitCode == 2)
        #expect(!value.line.contains("\n"))
    }

    @Test("a wrong command about users is told with the help that fits")
    func usageOfUser() throws {
        let verb = try complaint("user", "ad", "alice")
        #expect(verb.line == "unknown command \"ad\"; did you mean add?")
        #expect(verb.exitCode == 2)
        let name = try complaint("user", "add")
        #expect(name.line.hasSuffix("; see weir user add --help"))
        let flag = try complaint("user", "list", "--cert", "c.pem")
        #expect(flag.line.hasSuffix("; see weir user list --help"))
        let option = try complaint("user", "--wrong")
        #expect(option.line.hasSuffix("; see weir user --help"))
    }

    @Test("commands about users need no more than where the accounts are")
    func location() throws {
        let named = try UserFlags.parse(["--accounts", "sqlite:/srv/users.db"])
        #expect(try named.location() == .sqlite(path: "/srv/users.db"))
        let data = try UserFlags.parse(["--data", "/srv/weir"])
        #expect(try data.location() == .sqlite(path: "/srv/weir/accounts.sqlite"))
        let wrong = try complaint("user", "list", "--accounts", "mongodb:/u:secret@h")
        #expect(wrong.exitCode == 2)
        #expect(!wrong.line.contains("secret"))
    }

    @Test("an unreadable certificate is told in one line, with exit code 1")
    func certificate() throws {
        let missing = try complaint(
            "serve", "--publish", "open", "--cert", "/nowhere/c.pem", "--key", "/nowhere/k.pem")
        #expect(missing.exitCode == 1)
        #expect(
            missing.line == "cannot read the certificate /nowhere/c.pem: "
                + "there is no such file; check the path")
        let wrong = try complaint(
            "serve", "--publish", "open", "--cert", "/dev/null", "--key", "/dev/null")
        #expect(wrong.exitCode == 1)
        #expect(wrong.line.hasPrefix("/dev/null contains no certificate in PEM"))
    }

    @Test(
        "a logo that is no picture, or that is damaged, is told in one line with the reason",
        arguments: [
            ("webp-lossy", nil, nil), ("png-notes", nil, nil),
            ("make_corpus.py", nil, "it is neither a JPEG nor a PNG nor a WebP"),
            ("jpeg-progressive", -2, "it is cut off"),
            ("png-colour", 1, "something follows its end"),
        ] as [(String, Int?, String?)])
    func logo(sample: String, change: Int?, reason: String?) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fuzz/Pictures")
        let name = sample.contains(".") ? sample : "Corpus/\(sample)"
        var bytes = try Data(contentsOf: folder.appending(path: name))
        if let change { bytes = change < 0 ? bytes.dropLast(-change) : bytes + Data(count: change) }
        let file = FileManager.default.temporaryDirectory.appending(path: "logo-\(UUID())")
        try bytes.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let settings = try settings(["cert": "c", "key": "k", "site-logo": file.path])
        do throws(StartError) {
            let logo = try LogoCheck.read(settings)
            #expect(reason == nil && !logo.isEmpty)
            // Nothing of what its program has written beside the picture is shown.
            #expect(logo.firstRange(of: Array("garden".utf8)) == nil)
        } catch {
            let expected = "cannot be used: \(reason ?? "-"); give another one with --site-logo"
            #expect(error.message.hasSuffix(expected) && error.exitCode == 1)
        }
    }

    private func settings(_ texts: [String: String]) throws -> Settings {
        var given = GivenSettings()
        for (name, text) in texts {
            guard let name = Setting.Name(rawValue: name) else { throw Unexpected() }
            given[name] = GivenSettings.Entry(texts: [text], source: .flag)
        }
        return try Settings(given, processors: 1)
    }

    @Test("a configuration file that cannot be read is told in one line")
    func configuration() throws {
        let missing = try complaint("serve", "--config", "/nowhere/weir.toml")
        #expect(missing.line.hasPrefix("cannot read the configuration file /nowhere/weir.toml: "))
        let directory = try complaint("serve", "--config", "/")
        #expect(directory.line.contains("it is a directory"))
    }

    @Test("a directory for the accounts that is not there is told, and a password in a flag is")
    func accounts() throws {
        func settings(_ accounts: String, _ source: SettingSource) throws -> Settings {
            var given = GivenSettings()
            for (name, text) in [(Setting.Name.cert, "c"), (.key, "k"), (.accounts, accounts)] {
                given[name] = GivenSettings.Entry(texts: [text], source: source)
            }
            return try Settings(given, processors: 1)
        }
        #expect(throws: StartError.self) {
            try AccountsCheck.check(settings("sqlite:/nowhere/at/all.db", .flag))
        }
        #expect(throws: Never.self) { try AccountsCheck.check(settings("sqlite", .flag)) }
        #expect(throws: Never.self) { try AccountsCheck.check(settings("sqlite:/tmp/a", .flag)) }
        let note = try #require(try AccountsCheck.note(settings("mongodb://u:secret@h", .flag)))
        #expect(!note.contains("secret"))
        #expect(try AccountsCheck.note(settings("mongodb://u:secret@h", .environment)) == nil)
        #expect(try AccountsCheck.note(settings("mongodb://h", .flag)) == nil)
    }

    @Test("a data directory that cannot be one is told")
    func dataDirectory() {
        #expect(throws: StartError.self) { try DataDirectoryCheck.check("/dev/null") }
        #expect(throws: StartError.self) { try DataDirectoryCheck.check("/nowhere/at/all") }
        #expect(throws: Never.self) { try DataDirectoryCheck.check("/tmp") }
        #expect(throws: Never.self) { try DataDirectoryCheck.check("/tmp/not-yet-there/") }
    }
}
