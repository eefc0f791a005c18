import Settings
import StreamState
import Testing

@testable import Accounts

@Suite struct NetworkPrefixTests {
    @Test(
        "an address stands for what one client can be expected to hold",
        arguments: [
            ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"), ("::1", "::/64"),
            ("", ""), ("unix", "unix"),
        ])
    func prefixes(_ address: String, _ text: String) {
        #expect(NetworkPrefix.text(of: address) == text)
    }

    @Test("no character is cut in two, which would make it longer")
    func cutCharacter() {
        let text = "a" + String(repeating: "é", count: 63)
        #expect(NetworkPrefix.text(of: text) == "a" + String(repeating: "é", count: 31))
    }
}

@Suite struct AttemptPolicyTests {
    private static let digest = SecretDigest(bytes: [UInt8](repeating: 0xAB, count: 32))

    struct Case: CustomTestStringConvertible {
        let testDescription: String
        var name: String? = "anna"
        var source = AttemptPolicy.Source.stranger
        var address = "192.0.2.7"
        var isExempt = false
        /// What is counted, in order, as "KEY COUNT".
        let limits: [String]
        let success: [String]
        let withdrawal: [String]

        func policy() throws -> AttemptPolicy {
            AttemptPolicy(
                name: try name.map { try StreamName($0) }, source: source,
                origin: ClientOrigin(address: address, userAgent: "", isExempt: isExempt))
        }
    }

    static let cases = [
        Case(
            testDescription: "a stranger counts for its network and for the name",
            limits: [
                "address 192.0.2.7 100", "name anna from 192.0.2.7 10", "name anna total 300",
            ],
            success: [
                "discount address 192.0.2.7", "forget name anna from 192.0.2.7",
                "discount name anna total", "count known anna 192.0.2.7",
                "count signed-in anna 192.0.2.7",
            ],
            withdrawal: [
                "discount address 192.0.2.7", "discount name anna from 192.0.2.7",
                "discount name anna total",
            ]),
        Case(
            testDescription: "one network is 64 bits of IPv6", address: "2001:db8:1:2:3:4:5:6",
            limits: [
                "address 2001:db8:1:2::/64 100", "name anna from 2001:db8:1:2::/64 10",
                "name anna total 300",
            ],
            success: [
                "discount address 2001:db8:1:2::/64", "forget name anna from 2001:db8:1:2::/64",
                "discount name anna total", "count known anna 2001:db8:1:2::/64",
                "count signed-in anna 2001:db8:1:2::/64",
            ],
            withdrawal: [
                "discount address 2001:db8:1:2::/64", "discount name anna from 2001:db8:1:2::/64",
                "discount name anna total",
            ]),
        Case(
            testDescription: "what can be no name counts for the network", name: nil,
            limits: ["address 192.0.2.7 100"], success: ["discount address 192.0.2.7"],
            withdrawal: ["discount address 192.0.2.7"]),
        Case(
            testDescription: "a network that stands for many is not counted, the name is",
            isExempt: true, limits: ["name anna total 300"],
            success: ["discount name anna total", "count signed-in anna exempt"],
            withdrawal: ["discount name anna total"]),
        Case(
            testDescription: "a browser that is known counts for itself alone",
            source: .device("NONCE"), limits: ["name anna device NONCE 10"],
            success: [
                "forget name anna device NONCE", "count known anna 192.0.2.7",
                "count signed-in anna 192.0.2.7",
            ], withdrawal: ["discount name anna device NONCE"]),
        Case(
            testDescription: "so it does in a network that stands for many",
            source: .device("NONCE"), isExempt: true, limits: ["name anna device NONCE 10"],
            success: ["forget name anna device NONCE", "count signed-in anna exempt"],
            withdrawal: ["discount name anna device NONCE"]),
        Case(
            testDescription: "an owner's confirmation counts for the session alone",
            source: .session(digest), limits: ["name anna session \(digest.hex) 10"],
            success: ["forget name anna session \(digest.hex)", "count changes anna"],
            withdrawal: ["discount name anna session \(digest.hex)"]),
    ]

    @Test("an attempt counts", arguments: cases)
    func counts(of example: Case) throws {
        let policy = try example.policy()
        #expect(policy.limits.map { "\($0.key) \($0.count)" } == example.limits)
        #expect(policy.onSuccess.map(text) == example.success)
        #expect(policy.onWithdrawal.map(text) == example.withdrawal)
    }

    private func text(_ change: AttemptChange) -> String {
        switch change {
        case .count(let limit): "count \(limit.key)"
        case .discount(let key): "discount \(key)"
        case .forget(let key): "forget \(key)"
        }
    }

    @Test("no two kinds of attempts share a count")
    func apart() throws {
        let keys = try Self.cases.filter { $0.name != nil && !$0.isExempt }
            .map { Set(try $0.policy().limits.map(\.key)) }
        let strangers = keys[0]
        for other in keys.dropFirst(2) { #expect(strangers.isDisjoint(with: other)) }
    }

    @Test(
        "every key fits the store, whatever it is made of",
        arguments: [
            AttemptPolicy.Source.stranger, .device(String(repeating: "n", count: 22)),
            .session(digest),
        ])
    func lengths(source: AttemptPolicy.Source) throws {
        let name = try StreamName(String(repeating: "a", count: Limits.nameCharacters.upperBound))
        for address in [String(repeating: "é", count: 10_000), "2001:db8:aaaa:bbbb:cccc::1"] {
            let origin = ClientOrigin(address: address, userAgent: "")
            let policy = AttemptPolicy(name: name, source: source, origin: origin)
            let limits = policy.limits + [policy.pardon, policy.successes].compactMap { $0 }
            for limit in limits { #expect(limit.key.utf8.count <= 128) }
            #expect(try #require(AttemptPolicy.signUp(from: origin)).key.utf8.count <= 128)
        }
        #expect(AttemptPolicy.streamKeys(of: name).key.utf8.count <= 128)
    }

    @Test("what a new password gives back begins with the name")
    func prefix() throws {
        let name = try StreamName("anna")
        let prefix = AttemptPolicy.prefix(of: name)
        for example in Self.cases where example.name != nil {
            let policy = try example.policy()
            let ofName = policy.limits.filter { !$0.key.hasPrefix("address ") }
            for limit in ofName {
                #expect(limit.key.hasPrefix(prefix))
                #expect(AttemptPolicy.isOfName(limit.key))
            }
            for kept in [policy.successes, policy.pardon].compactMap({ $0 }) {
                #expect(!kept.key.hasPrefix(prefix))
            }
        }
        #expect(!AttemptPolicy.prefix(of: try StreamName("anna-b")).hasPrefix(prefix))
    }
}
