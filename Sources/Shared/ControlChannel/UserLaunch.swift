// What `weir user ...` asks of the weir-worker that takes its place, because the supervisor's
// executable knows no database. It travels as arguments, which `ps` shows, so it holds no secrets.
// The location of the accounts may hold a password and comes in a sealed memory file.

/// One thing to be done about users.
package struct UserLaunch: Equatable, Sendable {
    package enum Verb: String, CaseIterable, Sendable {
        case add
        case setPassword = "set-password"
        case makeKey = "make-key"
        case removeKey = "remove-key"
        case list
        case listAsJSON = "list-as-json"
        case disable
        case enable
        /// It is done after asking.
        case delete
        /// It is done without asking.
        case deleteAtOnce = "delete-at-once"

        /// Whether the verb is about one user and takes a name.
        package var takesName: Bool {
            switch self {
            case .list, .listAsJSON: false
            default: true
            }
        }
    }

    package let verb: Verb
    /// The user's name as it was typed, unchecked; empty if the verb takes none.
    package let name: String
    /// A memory file with the text of an AccountsLocation.
    package let accountsDescriptor: Int32

    package init(verb: Verb, name: String, accountsDescriptor: Int32) {
        precondition(verb.takesName || name.isEmpty, "a list is about no single user")
        self.verb = verb
        self.name = name
        self.accountsDescriptor = accountsDescriptor
    }

    /// The first argument. It tells these arguments from those of a WorkerLaunch.
    package static let word = "user"

    /// The worker's arguments, without the program's name.
    package var arguments: [String] {
        [Self.word, "\(accountsDescriptor)", verb.rawValue] + (verb.takesName ? [name] : [])
    }

    /// Reads the arguments back; nil if they are not in the form that `arguments` makes.
    package init?(arguments: [String]) {
        guard arguments.count >= 3, arguments[0] == Self.word,
            let descriptor = Int32(arguments[1]), descriptor > 2,
            let verb = Verb(rawValue: arguments[2]),
            arguments.count == (verb.takesName ? 4 : 3)
        else { return nil }
        self.init(
            verb: verb, name: verb.takesName ? arguments[3] : "", accountsDescriptor: descriptor)
    }
}
