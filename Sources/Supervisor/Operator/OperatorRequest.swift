// What operators ask of the supervisor at the control socket, and what it says to them. One line of JSON
// comes in; lines of JSON go out, of which the last one has the member `done`. docs/processes.md
// documents both.
//
// Pure. The other end is root or the server's own user, but its bytes are checked like all others.

import Telemetry
import Text

enum OperatorRequest: Equatable {
    case status
    case reload
    case upgrade
    /// The worker of this slot, or, if nil, the whole server.
    case drain(slot: Int?)

    /// The line that asks for it, without its end.
    var line: String {
        var members = [JSONMember("do", .string(word))]
        if case .drain(let slot?) = self {
            members.append(JSONMember("worker", .integer(Int64(slot))))
        }
        return JSONValue.object(members).text
    }

    /// What is asked for, in one word.
    var word: String {
        switch self {
        case .status: "status"
        case .reload: "reload"
        case .upgrade: "upgrade"
        case .drain: "drain"
        }
    }

    /// Why a line is no request.
    struct Fault: Error, Equatable {
        let reason: String
    }

    init(line: [UInt8]) throws(Fault) {
        guard let request = JSONValue(parsing: line), let word = request["do"]?.string else {
            throw Fault(reason: "a request is one line of JSON with the member \"do\"")
        }
        switch word {
        case "status": self = .status
        case "reload": self = .reload
        case "upgrade": self = .upgrade
        case "drain": self = .drain(slot: try Self.slot(request["worker"]))
        default:
            throw Fault(reason: "this server does not know how to do that; its version is older")
        }
    }

    private static func slot(_ member: JSONValue?) throws(Fault) -> Int? {
        guard let member else { return nil }
        guard let number = member.integer, (0..<Int64(SlotBoard.slots)).contains(number) else {
            throw Fault(reason: "there is no such worker; weir status shows their numbers")
        }
        return Int(number)
    }
}

/// One line of an answer.
enum OperatorLine: Equatable {
    /// What is going on. More lines follow.
    case progress(String)
    /// It is done; `notes` are what the operator should know.
    case done(notes: [String])
    /// The answer to `status`: its members.
    case status([JSONMember])
    /// It is not done.
    case refused(reason: String)

    var isLast: Bool {
        if case .progress = self { false } else { true }
    }

    /// As it is sent, with its end.
    var bytes: [UInt8] { Array((JSONValue.object(members).text + "\n").utf8) }

    private var members: [JSONMember] {
        switch self {
        case .progress(let text): [JSONMember("progress", .string(text))]
        case .done(let notes):
            [
                JSONMember("done", .boolean(true)),
                JSONMember("notes", .array(notes.map { .string($0) })),
            ]
        case .status(let members): [JSONMember("done", .boolean(true))] + members
        case .refused(let reason):
            [JSONMember("done", .boolean(false)), JSONMember("reason", .string(reason))]
        }
    }
}
