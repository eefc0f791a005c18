// How an attempt with a password is counted: as whose, and under which keys. Pure.
//
// A count must not be a weapon: wrong passwords of one client must not keep out another that can be told
// apart from it. So there are three kinds of attempts, which share no count:
//
// - Those of strangers: first those from one network at one name, then all at this name. The latter
//   limit is far higher; it protects a name from many networks at once. When it is reached, networks
//   that have succeeded before are still let in.
// - Those of a browser that has signed in to the account before, and shows its device token.
// - Those of the holder of a session who confirms a change.
//
// Successes are counted apart, because each costs a hash as well. Networks that stand for many people
// (the setting exempt-network) are not counted; names and devices in them are.
//
// Keys that begin with "name NAME " are forgotten when an operator sets a password.

import Settings
import StreamState

struct AttemptPolicy: Sendable {
    enum Source: Equatable, Sendable {
        case stranger
        /// By the nonce of its token.
        case device(String)
        /// The holder of a session confirms a change.
        case session(SecretDigest)
    }

    /// Nil for a text that cannot be a name.
    let name: StreamName?
    let source: Source
    private let network: String
    private let isExempt: Bool

    init(name: StreamName?, source: Source, origin: ClientOrigin) {
        self.name = name
        self.source = source
        network = NetworkPrefix.text(of: origin.address)
        isExempt = origin.isExempt
    }

    // MARK: Before the password is looked at

    /// What is counted, in this order. An attempt that exceeds one of these limits is refused, and not
    /// counted under the later ones.
    var limits: [AttemptLimit] {
        let ofName: String? = name.map { "\(Self.prefix(of: $0))" }
        switch source {
        case .stranger:
            return [ofNetwork, ofName.flatMap(ofNetworkAtName), ofName.map(Self.ofName)]
                .compactMap { $0 }
        case .device(let nonce):
            return ofName.map {
                [Self.limit("\($0)device \(nonce)", Limits.attemptsPerDevice)]
            } ?? []
        case .session(let session):
            return ofName.map {
                [Self.limit("\($0)session \(session.hex)", Limits.attemptsPerSession)]
            } ?? []
        }
    }

    private static func limit(_ key: String, _ count: Int) -> AttemptLimit {
        AttemptLimit(key: key, count: count, windowMs: Limits.attemptWindowMs)
    }

    private var ofNetwork: AttemptLimit? {
        isExempt ? nil : Self.limit("address \(network)", Limits.attemptsPerAddress)
    }

    private func ofNetworkAtName(_ prefix: String) -> AttemptLimit? {
        isExempt
            ? nil : Self.limit("\(prefix)from \(network)", Limits.attemptsPerNameAndAddress)
    }

    private static func ofName(_ prefix: String) -> AttemptLimit {
        limit("\(prefix)total", Limits.attemptsPerName)
    }

    /// The limit that does not apply to networks that have succeeded before.
    var pardonable: AttemptLimit? {
        source == .stranger ? name.map { Self.ofName(Self.prefix(of: $0)) } : nil
    }

    /// Counts successes from that network at that name. Nil when it would tell nothing, because the
    /// network stands for many people.
    var pardon: AttemptLimit? {
        guard let name, !isExempt else { return nil }
        return AttemptLimit(
            key: "known \(name) \(network)", count: .max, windowMs: Limits.knownNetworkMs)
    }

    /// Whether an operator can reset the count with a new password, so that no process may remember for
    /// long that it is used up.
    static func isOfName(_ key: String) -> Bool { key.hasPrefix("name ") }

    static func prefix(of name: StreamName) -> String { "name \(name) " }

    // MARK: Afterwards

    private var isConfirmation: Bool {
        if case .session = source { true } else { false }
    }

    /// How often attempts may succeed.
    var successes: AttemptLimit? {
        guard let name else { return nil }
        if isConfirmation {
            return AttemptLimit(
                key: "changes \(name)", count: Limits.passwordChangesPerName,
                windowMs: Limits.accountChangeWindowMs)
        }
        // All exempt networks count as one, since one name is not many people.
        return Self.limit(
            "signed-in \(name) \(isExempt ? "exempt" : network)",
            Limits.signInsPerNameAndAddress)
    }

    /// A success starts a new count, and does not pay for guesses at other names.
    var onSuccess: [AttemptChange] {
        var changes = settled(forgetting: true)
        if !isConfirmation, let pardon { changes.append(.count(pardon)) }
        // It comes last, because it may exceed its limit.
        if let successes { changes.append(.count(successes)) }
        return changes
    }

    /// For an attempt whose password was never looked at.
    var onWithdrawal: [AttemptChange] { settled(forgetting: false) }

    private func settled(forgetting: Bool) -> [AttemptChange] {
        limits.map { limit in
            let isShared = limit == ofNetwork || limit == pardonable
            return forgetting && !isShared ? .forget(limit.key) : .discount(limit.key)
        }
    }

    // MARK: Others

    /// New words make every worker look up every publisher once, too.
    static func channelChanges(of name: StreamName) -> AttemptLimit {
        AttemptLimit(
            key: "channel \(name)", count: Limits.channelChangesPerName,
            windowMs: Limits.accountChangeWindowMs)
    }

    /// A new stream key makes every worker look up every publisher once.
    static func streamKeys(of name: StreamName) -> AttemptLimit {
        AttemptLimit(
            key: "keys \(name)", count: Limits.streamKeysPerName,
            windowMs: Limits.accountChangeWindowMs)
    }

    /// Nil when sign-ups from there are not counted.
    static func signUp(from origin: ClientOrigin) -> AttemptLimit? {
        guard !origin.isExempt else { return nil }
        return AttemptLimit(
            key: "sign-up \(NetworkPrefix.text(of: origin.address))",
            count: Limits.signUpsPerAddress, windowMs: Limits.signUpWindowMs)
    }
}
