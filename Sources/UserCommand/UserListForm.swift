// A list of users as text: columns for people, one JSON object a line for programs. A long list
// needs no memory at either end.

import Accounts
import Settings
import Text

protocol UserListForm {
    var heading: String? { get }
    func line(of account: Account) -> String
}

struct UserListText: UserListForm {
    private static let nameWidth = Limits.nameCharacters.upperBound
    private static let timeWidth = Timestamp.rfc3339(ms: 0).count
    private static let stateWidth = "disabled".count

    var heading: String? { row("NAME", "CREATED", "STATE", "STREAM KEY") }

    func line(of account: Account) -> String {
        row(
            account.name.text, Timestamp.rfc3339(ms: account.createdAtMs),
            account.isDisabled ? "disabled" : "active",
            account.streamKeyCreatedAtMs.map { Timestamp.rfc3339(ms: $0) } ?? "none")
    }

    private func row(_ name: String, _ created: String, _ state: String, _ key: String) -> String {
        [
            padded(name, Self.nameWidth), padded(created, Self.timeWidth),
            padded(state, Self.stateWidth), key,
        ].joined(separator: "  ")
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

/// The members are those of `GET /api/me`.
struct UserListJSON: UserListForm {
    var heading: String? { nil }

    func line(of account: Account) -> String {
        let key: JSONValue =
            account.streamKeyCreatedAtMs.map {
                .object([JSONMember("createdAt", .string(Timestamp.rfc3339(ms: $0)))])
            } ?? .null
        return JSONValue.object([
            JSONMember("username", .string(account.name.text)),
            JSONMember("createdAt", .string(Timestamp.rfc3339(ms: account.createdAtMs))),
            JSONMember("disabled", .boolean(account.isDisabled)),
            JSONMember("streamKey", key),
        ]).text
    }
}
