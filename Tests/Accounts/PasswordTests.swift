import Settings
import StreamState
import Testing

@testable import Accounts

@Suite struct PasswordHashTests {
    @Test("a password verifies against its own hash, and no other does")
    func verifies() throws {
        let encoded = try PasswordHash.make("correct horse")
        #expect(encoded.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(
            try PasswordHash.verify("correct horse", against: encoded)
                == .matches(isOutdated: false))
        #expect(try PasswordHash.verify("correct horsf", against: encoded) == .differs)
        #expect(try PasswordHash.verify("", against: encoded) == .differs)
    }

    @Test("the same password is hashed differently each time")
    func salted() throws {
        #expect(try PasswordHash.make("correct horse") != PasswordHash.make("correct horse"))
    }

    @Test("every byte of a password counts, also behind a zero byte")
    func zeroByte() throws {
        let encoded = try PasswordHash.make("before\0after")
        #expect(try PasswordHash.verify("before", against: encoded) == .differs)
        #expect(try PasswordHash.verify("before\0afteR", against: encoded) == .differs)
        #expect(
            try PasswordHash.verify("before\0after", against: encoded)
                == .matches(isOutdated: false))
    }

    /// Argon2's own test vector: password "password", salt "somesalt".
    @Test("a hash with other parameters verifies, and is outdated")
    func outdated() throws {
        #expect(
            try PasswordHash.verify("password", against: Examples.cheapHash)
                == .matches(isOutdated: true))
        #expect(try PasswordHash.verify("passwore", against: Examples.cheapHash) == .differs)
    }

    @Test(
        "what is no hash of ours verifies nothing",
        arguments: [
            "", "$", "$$$$$", "password", "$2b$12$abcdefghijklmnopqrstuv",
            "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
            "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=256,t=2$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=256,t=2,p=1,x=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=-1,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=0,t=0,p=0$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=256,t=2,p=1$$",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$####",
        ])
    func foreign(_ encoded: String) throws {
        #expect(try PasswordHash.verify("password", against: encoded) == .differs)
        #expect(try PasswordHash.verify("", against: encoded) == .differs)
    }

    @Test(
        "a hash that asks for more than any of ours is not even tried",
        arguments: [
            "m=4294967295,t=2,p=1", "m=19456,t=4294967295,p=1", "m=19456,t=2,p=16777215",
            "m=99999999999999999999,t=2,p=1",
        ])
    func unaffordable(_ parameters: String) throws {
        let encoded =
            "$argon2id$v=19$\(parameters)$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        #expect(!PasswordHash.isOurs(encoded))
        #expect(try PasswordHash.verify("password", against: encoded) == .differs)
    }

    @Test(
        "a number is written in one way only, as the library wants it",
        arguments: ["m=+19456,t=2,p=1", "m=019456,t=2,p=1", "m=19456,t=2,p=01", "m=-0,t=2,p=1"])
    func otherSpelling(_ parameters: String) {
        let encoded =
            "$argon2id$v=19$\(parameters)$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        #expect(!PasswordHash.isOurs(encoded))
    }

    @Test("an encoded hash of megabytes is not read")
    func endless() throws {
        let encoded = Examples.cheapHash + String(repeating: "A", count: 1 << 20)
        #expect(!PasswordHash.isOurs(encoded))
        #expect(try PasswordHash.verify("password", against: encoded) == .differs)
    }

    @Test(
        "a damaged hash verifies nothing, wherever the damage is",
        arguments: 0..<500 as Range<UInt64>)
    func damaged(_ seed: UInt64) throws {
        var generator = Scrambler(state: seed)
        var bytes = Array(Examples.cheapHash.utf8)
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(UInt8.random(in: 0...127, using: &generator), at: place)
        default: bytes.append(UInt8.random(in: 0...127, using: &generator))
        }
        let encoded = String(decoding: bytes, as: UTF8.self)
        guard encoded != Examples.cheapHash else { return }
        #expect(try PasswordHash.verify("password", against: encoded) == .differs)
    }

    @Test("nobody's hash costs what a real one costs, and matches nothing")
    func nobody() throws {
        let real = try PasswordHash.make("correct horse")
        #expect(
            PasswordHash.Parameters(encoded: PasswordHash.ofNobody)
                == PasswordHash.Parameters(encoded: real))
        #expect(PasswordHash.ofNobody.utf8.count == real.utf8.count)
        #expect(try PasswordHash.verify("", against: PasswordHash.ofNobody) == .differs)
    }
}

@Suite struct PasswordRuleTests {
    private let name: StreamName

    init() throws { name = try StreamName("alice-1234") }

    @Test(
        "length is counted in characters as people write them down",
        arguments: [
            ("1234567", PasswordFault.tooShort), ("ünïcödé", .tooShort), ("🦊🦊🦊🦊🦊🦊🦊", .tooShort),
            ("ünïcödéx", nil), ("🦊🦉🦊🦉🦊🦉🦊🦉", nil), (String(repeating: "ä", count: 256), nil),
            (String(repeating: "ä", count: 257), .tooLong), ("", .tooShort),
        ] as [(String, PasswordFault?)])
    func length(_ password: String, _ fault: PasswordFault?) {
        #expect(PasswordRules.fault(of: password, name: name) == fault)
    }

    @Test(
        "the commonest are refused in whatever case",
        arguments: ["password", "PassWord", "12345678", "QWERTYUIOP", "contraseña1", "CONTRASEÑA1"])
    func common(_ password: String) {
        #expect(PasswordRules.fault(of: password, name: name) == .tooCommon)
    }

    @Test("a longer password that contains a common one is fine")
    func contains() {
        #expect(PasswordRules.fault(of: "password of mine", name: name) == nil)
    }

    @Test(
        "the account's own name is refused in whatever case",
        arguments: ["alice-1234", "Alice-1234"])
    func sameAsName(_ password: String) {
        #expect(PasswordRules.fault(of: password, name: name) == .sameAsName)
    }
}

/// Numbers that are the same in each run.
private struct Scrambler: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
