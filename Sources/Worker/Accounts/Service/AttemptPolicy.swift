// As whose an attempt with a password counts, and under which names. Pure.
//
// A count must not be a weapon: nobody's wrong passwords may keep somebody else out who is told apart
// from them. So there are three kinds of attempts, which share no count:
//
// - A stranger's: first those from one network at one name, then all at this name. The latter is far
//   higher; it protects a name from many networks at once. When it is reached, networks are still let
//   in that have succeeded before.
// - Those of a browser that has signed in to the account before, which shows its device token.
// - Those of somebody who is signed in and confirms a change.
//
// What succeeds is counted apart, because each costs a hash as well. Networks that stand for many people
// (the setting exempt-network) are not counted; names and devices in them are.
//
// Keys that begin with "name NAME " are forgotten when those who run the server set a password.

import Settings
import StreamState

struct AttemptPolicy: Sendable {
    enum Source: Equatable, Sendable {
        case stranger
        /// By the nonce of its token.
        case device(String)
        /// A change that whoever is signed in confirms.
        case session(SecretDigest)
    }

    /// Nil for a text that can be no name.
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

    /// What is counted, in this order. An attempt that is over one of them is refused, and is not
    /// counted under those behind it.
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

    /// The limit that does not hold for networks that have succeeded before.
    var pardonable: AttemptLimit? {
        source == .stranger ? name.map { Self.ofName(Self.prefix(of: $0)) } : nil
    }

    /// Counted when somebody has succeeded from that network at that name. Nil where it tells nothing,
    /// because the network stands for many.
    var pardon: AttemptLimit? {
        guard let name, !isExempt else { return nil }
        return AttemptLimit(
            key: "known \(name) \(network)", count: .max, windowMs: Limits.knownNetworkMs)
    }

    /// Whether those who run the server can give it back with a new password, so that no process may
    /// remember for long that it is used up.
    static func isOfName(_ key: String) -> Bool { key.hasPrefix("name ") }

    static func prefix(of name: StreamName) -> String { "name \(name) " }

    // MARK: Afterwards

    private var isConfirmation: Bool {
        if case .session = source { true } else { false }
    }

    /// What those who succeed may do.
    var successes: AttemptLimit? {
        guard let name else { return nil }
        if isConfirmation {
            return AttemptLimit(
                key: "changes \(name)", count: Limits.passwordChangesPerName,
                windowMs: Limits.accountChangeWindowMs)
        }
        // All networks that are exempt count as one, since one name is not many people.
        return Self.limit(
            "signed-in \(name) \(isExempt ? "exempt" : network)",
            Limits.signInsPerNameAndAddress)
    }

    /// Who succeeds starts anew, and does not pay for guesses at others.
    var onSuccess: [AttemptChange] {
        var changes = settled(forgetting: true)
        if !isConfirmation, let pardon { changes.append(.count(pardon)) }
        // Last, because it may be over its limit.
        if let successes { changes.append(.count(successes)) }
        return changes
    }

    /// An attempt whose password was never looked at.
    var onWithdrawal: [AttemptChange] { settled(forgetting: false) }

    private func settled(forgetting: Bool) -> [AttemptChange] {
        limits.map { limit in
            let isShared = limit == ofNetwork || limit == pardonable
            return forgetting && !isShared ? .forget(limit.key) : .discount(limit.key)
        }
    }

    // MARK: Others

    /// A new stream key makes every worker look up every publisher once.
    static func streamKeys(of name: StreamName) -> AttemptLimit {
        AttemptLimit(
            key: "keys \(name)", count: Limits.streamKeysPerName,
            windowMs: Limits.accountChangeWindowMs)
    }

    /// Nil where it is not counted.
    static func signUp(from origin: ClientOrigin) -> AttemptLimit? {
        guard !origin.isExempt else { return nil }
        return AttemptLimit(
            key: "sign-up \(NetworkPrefix.text(of: origin.address))",
            count: Limits.signUpsPerAddress, windowMs: Limits.signUpWindowMs)
    }
}
