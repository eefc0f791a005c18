// Where the accounts are kept: in a SQLite file or in MongoDB. A URI of MongoDB may hold a
// password. Show a location to people only as its `description`, which leaves secrets out.

/// The store of accounts that an operator has chosen.
package enum AccountsLocation: Sendable, Equatable {
    /// A file; a relative path starts at the working directory.
    case sqlite(path: String)
    /// A URI as the MongoDB drivers define it. It may hold a password. Only its outline is checked
    /// here; the driver decides what it means.
    case mongodb(uri: String)

    /// The name of the file in the data directory, unless another is given.
    package static let defaultFileName = "accounts.sqlite"

    static let mongoSchemes = ["mongodb://", "mongodb+srv://"]

    /// Reads "sqlite", "sqlite:PATH" or a URI of MongoDB.
    ///
    /// - Throws: why it is not one, as the end of a sentence and without repeating any of the text,
    ///   since a mistyped URI may hold a password too.
    static func parse(
        _ text: String, dataDirectory: String
    ) throws(Fault) -> AccountsLocation {
        if text == "sqlite" {
            let separator = dataDirectory.hasSuffix("/") ? "" : "/"
            return .sqlite(path: dataDirectory + separator + defaultFileName)
        }
        if text.hasPrefix("sqlite:") {
            return .sqlite(path: try path(String(text.dropFirst("sqlite:".count))))
        }
        for scheme in mongoSchemes where text.hasPrefix(scheme) {
            guard text.utf8.count <= Limits.accountsURIBytes else {
                throw Fault("the URI is longer than \(Limits.accountsURIBytes) bytes; shorten it")
            }
            let hosts = withoutUser(text.dropFirst(scheme.count)).prefix { $0 != "/" && $0 != "?" }
            guard !hosts.isEmpty else {
                throw Fault("the URI names no host; give for example \(scheme)db.example.org/weir")
            }
            return .mongodb(uri: text)
        }
        throw Fault(
            "is no place for accounts; give sqlite, sqlite:PATH, mongodb://HOST/DATABASE or "
                + "mongodb+srv://HOST/DATABASE")
    }

    struct Fault: Error {
        let text: String

        init(_ text: String) { self.text = text }
    }

    private static func path(_ path: String) throws(Fault) -> String {
        guard !path.isEmpty else { throw Fault("is empty after sqlite:; give the path of a file") }
        guard path != ":memory:" else {
            throw Fault("a database in memory is none that several processes share; name a file")
        }
        guard !path.hasSuffix("/") else { throw Fault("names a directory; name a file in it") }
        guard path.utf8.count <= Limits.pathBytes else {
            throw Fault("the path is longer than \(Limits.pathBytes) bytes; shorten it")
        }
        return path
    }

    // MARK: For people

    /// What stands for a secret.
    private static let hidden = "***"

    /// Whether the URI holds a password or another secret. Anybody who lists processes would see it
    /// if it was given as a flag.
    package var holdsSecret: Bool {
        guard case .mongodb(let uri) = self else { return false }
        return description != uri
    }

    /// The text that `parse` reads.
    package var text: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        case .mongodb(let uri): uri
        }
    }

    /// Everything after the last "@". If a URI is malformed because its password was not
    /// percent-encoded, no part of that password counts as host, database or option.
    private static func withoutUser(_ rest: Substring) -> Substring {
        guard let at = rest.lastIndex(of: "@") else { return rest }
        return rest[rest.index(after: at)...]
    }

    private static func redacted(_ uri: String) -> String {
        guard let scheme = mongoSchemes.first(where: uri.hasPrefix) else { return hidden }
        let rest = uri.dropFirst(scheme.count)
        let address = withoutUser(rest)
        let user = rest.prefix(max(0, rest.count - address.count - 1))
        return scheme + redactedUser(user, isThere: user.endIndex != address.startIndex)
            + redactedOptions(address)
    }

    private static func redactedUser(_ user: Substring, isThere: Bool) -> String {
        guard isThere else { return "" }
        let parts = user.split(separator: ":", omittingEmptySubsequences: false)
        let isWellFormed = parts.count <= 2 && !user.contains { "/?#[]@".contains($0) }
        guard isWellFormed else { return hidden + "@" }
        return parts.count == 1 ? "\(parts[0])@" : "\(parts[0]):\(hidden)@"
    }

    /// Options are shown with their values, except those that may be secrets.
    private static func redactedOptions(_ address: Substring) -> String {
        guard let question = address.firstIndex(of: "?") else { return String(address) }
        let options = address[address.index(after: question)...]
            .split(separator: "&", omittingEmptySubsequences: false)
            .map { option in
                let name = option.prefix { $0 != "=" }
                let lowered = name.lowercased()
                let isSecret = ["pass", "secret", "token", "propert", "key", "%", ";"]
                    .contains { lowered.contains($0) }
                return isSecret && name.count < option.count
                    ? "\(name)=\(hidden)" : String(option)
            }
        return address[...question] + options.joined(separator: "&")
    }
}

extension AccountsLocation: CustomStringConvertible, CustomDebugStringConvertible {
    /// For logs, reports and errors: the location without passwords and other secrets.
    package var description: String {
        switch self {
        case .sqlite: text
        case .mongodb(let uri): Self.redacted(uri)
        }
    }

    package var debugDescription: String { description }
}
