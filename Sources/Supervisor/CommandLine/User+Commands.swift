// The commands about users, for operators. weir-worker does the work and takes this process's
// place, because this executable knows no database (see UserProgram).

import ArgumentParser
import ControlChannel
import Settings

struct User: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Adds, changes, lists and removes accounts.",
        discussion: """
            Works on the store of accounts that the settings name, whether the server runs or not; \
            a server that runs heeds a change within seconds. Give --config, --data or --accounts \
            as to weir serve, or the same environment. With none of that, it takes the accounts in \
            the folder data here, in the data of make run, or of the packaged service \
            (/etc/weir/weir.toml), whichever is there first.
            """,
        subcommands: [
            Add.self, Passwd.self, Key.self, List.self, Disable.self, Enable.self, Delete.self,
        ])
}

/// The account that a command is about.
struct UserName: ParsableArguments {
    @Argument(help: ArgumentHelp("The user's name.", valueName: "NAME"))
    var name: String
}

extension User {
    private static let passwordSource = """
        The password is asked for twice on a terminal; otherwise it is one line on standard input. \
        It has \(Limits.passwordCharacters.lowerBound) to \(Limits.passwordCharacters.upperBound) \
        characters.
        """

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Adds an account, also where sign-up is closed.",
            discussion: passwordSource)

        @OptionGroup var user: UserName
        @OptionGroup var flags: UserFlags

        func run() throws {
            try UserProgram.become(.add, user.name, flags)
        }
    }

    struct Passwd: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "passwd",
            abstract: "Sets a new password, and signs the user out everywhere.",
            discussion: passwordSource)

        @OptionGroup var user: UserName
        @OptionGroup var flags: UserFlags

        func run() throws {
            try UserProgram.become(.setPassword, user.name, flags)
        }
    }

    struct Key: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "key",
            abstract: "Makes a stream key, for encoders, and prints it.",
            discussion: """
                The key alone goes to standard output, this once: Weir keeps only a digest of it. \
                The key that the user had before is no longer valid, and a broadcast with it ends.
                """)

        @OptionGroup var user: UserName
        @Flag(name: .customLong("remove"), help: "Only take the user's key away.")
        var removes = false
        @OptionGroup var flags: UserFlags

        func run() throws {
            try UserProgram.become(removes ? .removeKey : .makeKey, user.name, flags)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists all accounts by name.")

        @Flag(name: .customLong("json"), help: "One JSON object a line, for programs.")
        var asJSON = false
        @OptionGroup var flags: UserFlags

        func run() throws {
            try UserProgram.become(asJSON ? .listAsJSON : .list, "", flags)
        }
    }

    struct Disable: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable",
            abstract: "Lets a user neither sign in nor publish, until enabled again.",
            discussion: "The user is signed out everywhere, and a broadcast ends.")

        @OptionGroup var user: UserName
        @OptionGroup var flags: UserFlags

        func run() throws {
            try UserProgram.become(.disable, user.name, flags)
        }
    }

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enable",
            abstract: "Lets a disabled user sign in and publish again.")

        @OptionGroup var user: UserName
        @OptionGroup var flags: UserFlags

        func run() throws {
            try UserProgram.become(.enable, user.name, flags)
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Deletes an account with everything that belongs to it, for good.",
            discussion: """
                Its sessions, its stream key and the list of its broadcasts go too; a broadcast \
                ends. Somebody else can have the name from then on.
                """)

        @OptionGroup var user: UserName
        @Flag(
            name: .customLong("yes"),
            help: "Do not ask; needed when standard input is no terminal.")
        var isConfirmed = false
        @OptionGroup var flags: UserFlags

        func run() throws {
            try UserProgram.become(isConfirmed ? .deleteAtOnce : .delete, user.name, flags)
        }
    }
}
