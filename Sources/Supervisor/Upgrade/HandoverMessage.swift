// What a supervisor and its successor say to each other during an upgrade, and afterwards until the last
// worker of the older one is gone. One datagram each: one JSON object, sometimes with a descriptor.
//
// The two are different builds. So members are only ever added, a message or member that is not known is
// passed over, and `format` changes only when the older build could not be understood any more.
//
// Pure. The other end is a process of ours, but its bytes are checked like all others.

import ControlChannel
import Text

/// What the older supervisor says about the whole server.
struct HandoverFacts: Equatable {
    /// Who wrote this.
    var version: String
    var processID: Int32
    /// The number of its newest generation.
    var generation: UInt32
    /// The slots that have, or may get, one of its workers.
    var slots: [Int]
    /// The keys of TLS session tickets.
    var ticketKey: [UInt8]
    var previousTicketKey: [UInt8]?
    /// How old the first of them is; nil if the other build does not say so.
    var ticketKeyAgeMs: UInt64?
    /// Where the service manager listens; nil if there is none.
    var notifySocket: String?
    var watchdogIntervalMs: UInt64?
    /// Whether the service manager made the sockets to serve on.
    var hasPassedSockets: Bool
}

enum HandoverMessage: Equatable {
    // MARK: From the older one, before anything has changed

    case facts(HandoverFacts)
    /// One value of a setting that cannot change without a restart.
    case setting(name: String, text: String)
    /// Each of these comes with a descriptor.
    case dataDirectoryLock
    case counters
    case board
    case doorbell
    case listener(kind: UInt8)
    case controlSocket(path: String)
    /// The channel to a supervisor that is older still.
    case predecessor(processID: Int32, slots: [Int])
    /// That was all.
    case complete

    // MARK: The change

    /// The newer one can serve.
    case ready(processID: Int32)
    /// It cannot.
    case failed(reason: String)
    /// From now on, it does: the older one takes no more connections.
    case takeCharge

    // MARK: Afterwards

    /// The last worker of the older one in that slot is gone.
    case slotIsGone(Int)
    /// To the older one: end what is left within this time.
    case stop(timeoutMs: UInt64)
}

extension HandoverMessage {
    static let format: Int64 = 1
    /// The longest datagram: a path, escaped.
    static let longestBytes = 32 * 1024

    private var word: String {
        switch self {
        case .facts: "facts"
        case .setting: "setting"
        case .dataDirectoryLock: "lock"
        case .counters: "counters"
        case .board: "board"
        case .doorbell: "doorbell"
        case .listener: "listener"
        case .controlSocket: "control"
        case .predecessor: "predecessor"
        case .complete: "complete"
        case .ready: "ready"
        case .failed: "failed"
        case .takeCharge: "take-charge"
        case .slotIsGone: "slot-gone"
        case .stop: "stop"
        }
    }

    var encoded: [UInt8] {
        Array(JSONValue.object([JSONMember("is", .string(word))] + members).text.utf8)
    }

    private var members: [JSONMember] {
        switch self {
        case .facts(let facts): facts.members
        case .setting(let name, let text):
            [JSONMember("name", .string(name)), JSONMember("text", .string(text))]
        case .listener(let kind): [JSONMember("kind", .integer(Int64(kind)))]
        case .controlSocket(let path): [JSONMember("path", .string(path))]
        case .predecessor(let processID, let slots):
            [
                JSONMember("pid", .integer(Int64(processID))),
                JSONMember("slots", .array(slots.map { .integer(Int64($0)) })),
            ]
        case .ready(let processID): [JSONMember("pid", .integer(Int64(processID)))]
        case .failed(let reason): [JSONMember("reason", .string(reason))]
        case .slotIsGone(let slot): [JSONMember("slot", .integer(Int64(slot)))]
        case .stop(let timeoutMs):
            [JSONMember("timeoutMs", .integer(Int64(clamping: timeoutMs)))]
        case .dataDirectoryLock, .counters, .board, .doorbell, .complete, .takeCharge: []
        }
    }

    /// Nil: not a message, or one that this build does not know.
    init?(decoding datagram: [UInt8]) {
        guard let value = JSONValue(parsing: datagram), let word = value["is"]?.string else {
            return nil
        }
        switch word {
        case "facts":
            guard let facts = HandoverFacts(value) else { return nil }
            self = .facts(facts)
        case "setting":
            guard let name = value["name"]?.string, let text = value["text"]?.string else {
                return nil
            }
            self = .setting(name: name, text: text)
        case "lock": self = .dataDirectoryLock
        case "counters": self = .counters
        case "board": self = .board
        case "doorbell": self = .doorbell
        case "listener":
            guard let kind = UInt8(value["kind"]) else { return nil }
            self = .listener(kind: kind)
        case "control":
            guard let path = value["path"]?.string else { return nil }
            self = .controlSocket(path: path)
        case "predecessor":
            guard let processID = Int32(value["pid"]), let slots = Self.slots(value["slots"])
            else { return nil }
            self = .predecessor(processID: processID, slots: slots)
        case "complete": self = .complete
        case "ready":
            guard let processID = Int32(value["pid"]), processID > 0 else { return nil }
            self = .ready(processID: processID)
        case "failed":
            guard let reason = value["reason"]?.string else { return nil }
            self = .failed(reason: reason)
        case "take-charge": self = .takeCharge
        case "slot-gone":
            guard let slot = Int(value["slot"]), Self.isSlot(slot) else { return nil }
            self = .slotIsGone(slot)
        case "stop":
            guard let timeoutMs = UInt64(value["timeoutMs"]) else { return nil }
            self = .stop(timeoutMs: timeoutMs)
        default: return nil
        }
    }

    private static func isSlot(_ number: Int) -> Bool {
        (0..<WorkerLaunch.slots).contains(number)
    }

    fileprivate static func slots(_ value: JSONValue?) -> [Int]? {
        guard case .array(let items) = value else { return nil }
        let slots = items.compactMap { Int($0) }.filter(isSlot)
        return slots.count == items.count && Set(slots).count == slots.count ? slots : nil
    }
}

extension HandoverFacts {
    fileprivate var members: [JSONMember] {
        var members = [
            JSONMember("format", .integer(HandoverMessage.format)),
            JSONMember("version", .string(version)),
            JSONMember("pid", .integer(Int64(processID))),
            JSONMember("generation", .integer(Int64(generation))),
            JSONMember("slots", .array(slots.map { .integer(Int64($0)) })),
            JSONMember("ticketKey", .array(ticketKey.map { .integer(Int64($0)) })),
            JSONMember("hasPassedSockets", .boolean(hasPassedSockets)),
        ]
        if let previousTicketKey {
            let bytes = previousTicketKey.map { JSONValue.integer(Int64($0)) }
            members.append(JSONMember("previousTicketKey", .array(bytes)))
        }
        if let ticketKeyAgeMs {
            members.append(JSONMember("ticketKeyAgeMs", .integer(Int64(clamping: ticketKeyAgeMs))))
        }
        if let notifySocket {
            members.append(JSONMember("notifySocket", .string(notifySocket)))
        }
        if let watchdogIntervalMs {
            let interval = Int64(clamping: watchdogIntervalMs)
            members.append(JSONMember("watchdogIntervalMs", .integer(interval)))
        }
        return members
    }

    fileprivate init?(_ value: JSONValue) {
        guard value["format"]?.integer == HandoverMessage.format,
            let version = value["version"]?.string, let processID = Int32(value["pid"]),
            let generation = UInt32(value["generation"]),
            let slots = HandoverMessage.slots(value["slots"]),
            let ticketKey = Self.key(value["ticketKey"]),
            case .boolean(let hasPassedSockets)? = value["hasPassedSockets"]
        else { return nil }
        self.init(
            version: version, processID: processID, generation: generation, slots: slots,
            ticketKey: ticketKey,
            previousTicketKey: Self.key(value["previousTicketKey"]),
            ticketKeyAgeMs: UInt64(value["ticketKeyAgeMs"]),
            notifySocket: value["notifySocket"]?.string,
            watchdogIntervalMs: UInt64(value["watchdogIntervalMs"]),
            hasPassedSockets: hasPassedSockets)
    }

    private static func key(_ value: JSONValue?) -> [UInt8]? {
        guard case .array(let items) = value else { return nil }
        let bytes = items.compactMap { UInt8($0) }
        return bytes.count == ToWorker.ticketKeyBytes && bytes.count == items.count ? bytes : nil
    }
}

extension FixedWidthInteger {
    /// The number that a JSON value is; nil if it is none, or does not fit.
    fileprivate init?(_ value: JSONValue?) {
        guard let number = value?.integer else { return nil }
        self.init(exactly: number)
    }
}
