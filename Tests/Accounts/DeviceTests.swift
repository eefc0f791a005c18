// Browsers that have signed in before: what their tokens are, and what they are good for.

import Settings
import StreamState
import Testing
import Text

@testable import Accounts

@Suite struct DeviceTokenTests {
    private let key = DeviceKey(bytes: [UInt8](repeating: 7, count: 32))
    private let anna: StreamName
    private let token: DeviceToken

    init() throws {
        anna = try StreamName("anna")
        token = DeviceToken(for: anna, passwordHash: "hash", key: key)
    }

    @Test("a token is known again, and no two are the same")
    func known() throws {
        let again = try #require(DeviceToken(presented: token.text, for: anna, key: key))
        #expect(again.nonce == token.nonce)
        #expect(again.fits(anna, passwordHash: "hash", key: key))
        let other = DeviceToken(for: anna, passwordHash: "hash", key: key)
        #expect(other.nonce != token.nonce)
    }

    @Test("it fits one name, one key and one password")
    func bound() throws {
        let anne = try StreamName("anne")
        let otherKey = DeviceKey(bytes: [UInt8](repeating: 8, count: 32))
        #expect(DeviceToken(presented: token.text, for: anne, key: key) == nil)
        #expect(DeviceToken(presented: token.text, for: anna, key: otherKey) == nil)
        #expect(!token.fits(anna, passwordHash: "another hash", key: key))
    }

    @Test("what has been tampered with, cut or made up is none")
    func made() throws {
        let characters = Array(token.text)
        for index in characters.indices {
            var changed = characters
            changed[index] = changed[index] == "A" ? "B" : "A"
            #expect(DeviceToken(presented: String(changed), for: anna, key: key) == nil)
        }
        let other = DeviceToken(for: anna, passwordHash: "hash", key: key)
        let parts = token.text.split(separator: ".")
        let others = other.text.split(separator: ".")
        let texts = [
            "", ".", "..", String(token.text.dropLast()), token.text + "A", token.text + ".A",
            "\(parts[0]).\(parts[1]).\(others[2])", "\(others[0]).\(parts[1]).\(parts[2])",
            String(repeating: ".", count: 110), String(repeating: "é", count: 55),
        ]
        for text in texts { #expect(DeviceToken(presented: text, for: anna, key: key) == nil) }
    }

    @Test("it is text for a cookie")
    func text() {
        let allowed = token.text.utf8.allSatisfy {
            $0 == UInt8(ascii: ".") || Base64.forAddresses.isCharacter($0)
        }
        #expect(allowed)
    }
}

@Suite struct ServiceDeviceTests {
    private let fixture = ServiceFixture()

    private static func address(_ number: Int) -> ClientOrigin {
        ClientOrigin(address: "10.0.\(number / 250).\(number % 250)", userAgent: "")
    }

    /// Strangers from everywhere have used up what the name has. As if counted: a hash each takes long.
    private func useUp(_ name: String) throws {
        for number in 0...Limits.attemptsPerName {
            _ = try? fixture.service.admitLogIn(
                name: name, device: nil, from: Self.address(number))
        }
    }

    private func isRefused(_ body: () throws -> Void) -> Bool {
        do { try body() } catch AccountError.tooManyAttempts { return true } catch {}
        return false
    }

    private let elsewhere = ClientOrigin(address: "198.51.100.7", userAgent: "")

    @Test("who has signed in before comes in, by browser or by network, whatever strangers try")
    func comesIn() throws {
        let signedUp = try fixture.signUp()
        let device = try #require(signedUp.deviceToken)
        _ = try fixture.logIn()
        try useUp("alice")
        #expect(isRefused { _ = try fixture.logIn(from: elsewhere) })
        let second = try fixture.logIn(device: device, from: elsewhere)
        _ = try fixture.logIn(device: second.deviceToken, from: Self.address(1_000))
        _ = try fixture.logIn()
    }

    @Test("strangers' attempts keep no owner from changing the password or deleting the account")
    func changes() throws {
        let holder = try #require(try fixture.holder(of: try fixture.signUp()))
        try useUp("alice")
        try fixture.changePassword(
            from: Examples.password, to: "another long one", by: holder, origin: elsewhere)
        try fixture.delete(by: holder, "another long one")
    }

    @Test("a stolen token is worth ten guesses, and nobody else's")
    func stolen() throws {
        let device = try #require(try fixture.signUp().deviceToken)
        for number in 0..<Limits.attemptsPerDevice {
            #expect(throws: AccountError.wrongCredentials) {
                try fixture.logIn("alice", "wrong", device: device, from: Self.address(number))
            }
        }
        let origin = Self.address(99)
        #expect(isRefused { _ = try fixture.logIn(device: device, from: origin) })
        let known = fixture.service.refusesLogInForMs(
            name: "alice", device: device, from: origin)
        #expect(known != nil)
        // The owner, without it and elsewhere.
        _ = try fixture.logIn(from: elsewhere)
    }

    @Test("a token that is made up, or another account's, is as good as none")
    func foreign() throws {
        _ = try fixture.signUp()
        let bobs = try #require(try fixture.signUp("bob").deviceToken)
        for device in ["", "nonsense", bobs] {
            for _ in 0..<3 {
                _ = try? fixture.logIn("alice", "wrong", device: device, from: elsewhere)
            }
        }
        #expect(
            fixture.store.contents.attempts["name alice from \(elsewhere.address)"]?.count == 9)
        #expect(!fixture.store.contents.attempts.keys.contains { $0.contains("device") })
    }

    @Test("a new password makes strangers of all browsers but the one that has set it")
    func newPassword() throws {
        let first = try fixture.signUp()
        let second = try fixture.logIn()
        let holder = try #require(try fixture.holder(of: second))
        let fresh = try fixture.changePassword(
            from: Examples.password, to: "another long one", by: holder)
        try useUp("alice")
        for old in [first.deviceToken, second.deviceToken] {
            #expect(
                isRefused {
                    _ = try fixture.logIn(
                        "alice", "another long one", device: old, from: elsewhere)
                })
        }
        _ = try fixture.logIn("alice", "another long one", device: fresh, from: elsewhere)
    }

    @Test("a new account of the same name knows no browser of the old one")
    func newAccount() throws {
        let old = try fixture.signUp()
        try fixture.service.delete(old.account)
        _ = try fixture.signUp()
        _ = try? fixture.logIn("alice", "wrong", device: old.deviceToken, from: elsewhere)
        #expect(
            fixture.store.contents.attempts["name alice from \(elsewhere.address)"]?.count == 1)
    }

    @Test("all who have the same store know the same browsers, also after it has been replaced")
    func shared() throws {
        let device = try #require(try fixture.signUp().deviceToken)
        let other = AccountService(store: fixture.store, allowsSignUp: true)
        _ = try other.admitLogIn(name: "alice", device: device, from: elsewhere)
        #expect(fixture.store.contents.attempts.keys.contains { $0.contains(" device ") })
        // Another store's key takes the first one's place.
        fixture.store.change { $0.secrets = [:] }
        _ = AccountService(store: fixture.store, allowsSignUp: true).fault()
        #expect(fixture.service.fault() == nil)
        #expect(fixture.service.deviceKeyIfKnown != other.deviceKeyIfKnown)
        #expect(other.fault() == nil)
        #expect(fixture.service.deviceKeyIfKnown == other.deviceKeyIfKnown)
    }

    @Test("an account has so many stream keys an hour; those who run the server are not counted")
    func streamKeys() throws {
        let account = try fixture.signUp().account
        for _ in 0..<Limits.streamKeysPerName {
            _ = try fixture.service.rotateStreamKey(of: account, isCounted: true)
        }
        #expect {
            _ = try fixture.service.rotateStreamKey(of: account, isCounted: true)
        } throws: { error in
            guard case .tooManyChanges(let ms)? = error as? AccountError else { return false }
            return ms > 0 && ms <= Limits.accountChangeWindowMs
        }
        _ = try fixture.service.rotateStreamKey(of: account)
    }
}
