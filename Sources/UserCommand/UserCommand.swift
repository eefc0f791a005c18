// `weir user ...`: does one thing about users, then this process ends. It serves nobody, and has no
// loop and no supervisor. It talks to the store as any worker does, so the store does not care
// whether servers run at the same time.
//
// Owner: the main thread, which may block here.

import Accounts
import ControlChannel
import Glibc
import LinuxIO
import Settings
import StreamState

package struct UserCommand {
    /// How many users one request to the store asks for.
    private static let usersPerPage = 200

    private let service: AccountService
    private let location: AccountsLocation
    private let console: Console

    init(service: AccountService, location: AccountsLocation, console: Console) {
        self.service = service
        self.location = location
        self.console = console
    }

    /// Does what the arguments ask for, and ends the process.
    package static func run(arguments: [String]) -> Never {
        let console = Console()
        var command: UserCommand?
        var exitCode: Int32 = 0
        do {
            guard let launch = UserLaunch(arguments: arguments) else {
                throw UserCommandError("weir-worker user is started by weir user, not by hand")
            }
            let location = try location(launch.accountsDescriptor)
            if launch.verb.mayAsk { try console.holdInterruptions() }
            try AccountsFile.check(location, creates: launch.verb == .add)
            let service = AccountService(
                store: try AccountStores.open(location), allowsSignUp: false)
            command = UserCommand(service: service, location: location, console: console)
            try command?.perform(launch.verb, name: launch.name)
        } catch let error as UserCommandError {
            console.complain(error.line)
            exitCode = error.exitCode
        } catch {
            console.complain(UserCommandError.line(of: error))
            exitCode = UserCommandError.failure
        }
        // The file is closed properly, so that one file is left and not three. The threads of
        // MongoDB's driver would take half a second to end, and nothing depends on that.
        if case .mongodb = command?.location {
            withExtendedLifetime(command) { exit(exitCode) }
        }
        command = nil
        exit(exitCode)
    }

    private static func location(_ descriptor: Int32) throws -> AccountsLocation {
        let bytes = try MemoryFile.contents(
            of: Descriptor(inherited: descriptor), limitBytes: Limits.encodedSettingsBytes)
        var given = GivenSettings()
        given[.accounts] = GivenSettings.Entry(
            texts: [String(decoding: bytes, as: UTF8.self)], source: .inherited)
        return try Settings.accounts(given)
    }

    func perform(_ verb: UserLaunch.Verb, name: String) throws(UserCommandError) {
        switch verb {
        case .add: try add(name)
        case .list: try list(UserListText())
        case .listAsJSON: try list(UserListJSON())
        case .setPassword:
            let account = try account(name)
            let password = try console.newPassword(of: account.name.text)
            try attempt(name) { () throws(AccountError) in
                try service.setPassword(of: account, to: password)
            }
            try done("\(account.name) has a new password and is signed out everywhere")
        case .makeKey: try makeKey(name)
        case .removeKey:
            let account = try account(name)
            _ = try attempt(name) { () throws(AccountError) in
                try service.removeStreamKey(of: account)
            }
            try done("\(account.name) has no stream key")
        case .disable, .enable:
            let account = try account(name)
            try attempt(name) { () throws(AccountError) in
                try service.setDisabled(verb == .disable, account)
            }
            try done("\(account.name) is \(verb == .disable ? "disabled" : "enabled")")
        case .delete, .deleteAtOnce: try delete(name, asks: verb == .delete)
        }
    }

    // MARK: Verbs

    private func add(_ name: String) throws(UserCommandError) {
        // Checked before anybody types a password in vain.
        if (try? StreamName(name)) != nil {
            let found = try attempt(name) { () throws(AccountError) in
                try service.account(named: name)
            }
            if found != nil { throw UserCommandError(.nameTaken, name, location) }
        } else {
            try checkName(name)
        }
        let password = try console.newPassword(of: name)
        let account = try attempt(name) { () throws(AccountError) in
            try service.add(name: name, password: password)
        }
        try done("\(account.name) has an account")
    }

    private func checkName(_ name: String) throws(UserCommandError) {
        do throws(StreamName.Invalid) {
            _ = try StreamName(name)
        } catch {
            throw UserCommandError(
                error == .reserved ? .nameReserved : .nameMalformed, name, location)
        }
    }

    private func makeKey(_ name: String) throws(UserCommandError) {
        let account = try account(name)
        let key = try attempt(name) { () throws(AccountError) in
            try service.rotateStreamKey(of: account)
        }
        console.remark(
            """
            The stream key of \(account.name) is shown this once. Encoders send it as Authorization: \
            Bearer KEY, as the password of Basic authentication, or as ?key=KEY, to \
            https://HOST/\(account.name)/live. The key before it is no longer valid.
            """)
        try console.print(key)
    }

    private func delete(_ name: String, asks: Bool) throws(UserCommandError) {
        let account = try account(name)
        if asks {
            try console.confirm(
                """
                The account \(account.name), its sessions, its stream key and the list of its \
                broadcasts go for good.
                """)
        }
        try attempt(name) { () throws(AccountError) in try service.delete(account) }
        try done("\(account.name) is deleted")
    }

    private func list(_ form: some UserListForm) throws(UserCommandError) {
        var last: StreamName?
        while true {
            let page = try attempt("") { () throws(AccountError) in
                try service.accounts(after: last, limit: Self.usersPerPage)
            }
            // Only after the store has answered: a failed command prints nothing.
            if last == nil, let heading = form.heading { try console.print(heading) }
            guard let end = page.last else { return }
            try console.print(page.map(form.line(of:)).joined(separator: "\n"))
            last = end.name
        }
    }

    // MARK: Common to them

    private func account(_ name: String) throws(UserCommandError) -> Account {
        let found = try attempt(name) { () throws(AccountError) in
            try service.account(named: name)
        }
        guard let found else { throw UserCommandError(.notFound, name, location) }
        return found
    }

    private func attempt<Answer>(
        _ name: String, _ work: () throws(AccountError) -> Answer
    ) throws(UserCommandError) -> Answer {
        do throws(AccountError) {
            return try work()
        } catch {
            throw UserCommandError(error, name, location)
        }
    }

    /// Says what was done, and where: the settings may have named another store than the user
    /// meant.
    private func done(_ what: String) throws(UserCommandError) {
        try console.print("\(what) (\(location))")
    }
}

extension UserLaunch.Verb {
    /// Whether a question may be asked on a terminal.
    fileprivate var mayAsk: Bool {
        switch self {
        case .add, .setPassword, .delete: true
        default: false
        }
    }
}
