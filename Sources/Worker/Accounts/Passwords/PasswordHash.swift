// Passwords as they are stored: Argon2id (RFC 9106) with OWASP's parameters. The encoded string, which
// every implementation of Argon2 writes, contains the parameters, so they can grow.
//
// Threads: any but the loop's; one hash takes tens of milliseconds and 19 MiB.
//
// Unsafe use: libargon2 gets the addresses and the lengths of whole arrays, and keeps none of them.

import CArgon2
import Settings
import Text

package enum PasswordHash {
    package enum Verification: Equatable, Sendable {
        /// `isOutdated`: made with other parameters than today's.
        case matches(isOutdated: Bool)
        case differs
    }

    private static let saltBytes = 16
    private static let hashBytes = 32

    /// The encoded hash of a new password, with a salt of its own.
    /// Errors: `.busy` when there is no memory for it.
    package static func make(_ password: String) throws(AccountError) -> String {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<saltBytes).map { _ in
            UInt8(truncatingIfNeeded: generator.next() as UInt64)
        }
        let bytes = Array(password.utf8)
        let parameters = Parameters.today
        let length = argon2_encodedlen(
            parameters.passes, parameters.memoryKiB, parameters.lanes, UInt32(saltBytes),
            UInt32(hashBytes), Argon2_id)
        var encoded = [CChar](repeating: 0, count: length)
        let result = unsafe argon2id_hash_encoded(
            parameters.passes, parameters.memoryKiB, parameters.lanes, bytes, bytes.count, salt,
            salt.count, hashBytes, &encoded, encoded.count)
        guard result == ARGON2_OK.rawValue else { throw .busy }
        return String(
            decoding: encoded.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// A hash that is not one of ours, or would cost more than any of ours ever did, matches nothing.
    /// Errors: `.busy` when there is no memory for it.
    package static func verify(
        _ password: String, against encoded: String
    ) throws(AccountError) -> Verification {
        guard let parameters = Parameters(encoded: encoded), parameters.isAffordable else {
            return .differs
        }
        let bytes = Array(password.utf8)
        let result = unsafe argon2id_verify(encoded, bytes, bytes.count)
        switch result {
        case ARGON2_OK.rawValue: return .matches(isOutdated: parameters != .today)
        case ARGON2_MEMORY_ALLOCATION_ERROR.rawValue, ARGON2_THREAD_FAIL.rawValue: throw .busy
        default: return .differs
        }
    }

    /// A hash that no password matches, at the price of a real one: for names that do not exist.
    package static let ofNobody: String = {
        let parameters = Parameters.today
        let salt = Base64.standard.text([UInt8](repeating: 0, count: saltBytes))
        let hash = Base64.standard.text([UInt8](repeating: 0, count: hashBytes))
        return "\(parameters.prefix)$\(salt)$\(hash)"
    }()

    /// Whether it is a hash that `verify` would look at.
    static func isOurs(_ encoded: String) -> Bool {
        Parameters(encoded: encoded)?.isAffordable ?? false
    }

    /// The cost of a hash.
    struct Parameters: Equatable {
        let memoryKiB: UInt32
        let passes: UInt32
        let lanes: UInt32

        /// More bytes than any hash worth looking at needs; ours have 97.
        private static let encodedBytes = 256

        static let today = Parameters(
            memoryKiB: Limits.passwordMemoryKiB, passes: Limits.passwordPasses,
            lanes: Limits.passwordLanes)

        /// `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`; nil for anything else.
        init?(encoded: String) {
            // Visible ASCII only: so the library, which stops at a zero byte, reads the same as this
            // does.
            guard encoded.utf8.count <= Self.encodedBytes,
                encoded.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { return nil }
            let parts = encoded.split(separator: "$", omittingEmptySubsequences: false)
            guard parts.count == 6, parts[0].isEmpty,
                parts[1] == "argon2id", parts[2] == "v=19"
            else { return nil }
            let values = parts[3].split(separator: ",", omittingEmptySubsequences: false)
            guard values.count == 3, let memory = Self.number(values[0], named: "m"),
                let passes = Self.number(values[1], named: "t"),
                let lanes = Self.number(values[2], named: "p")
            else { return nil }
            self.init(memoryKiB: memory, passes: passes, lanes: lanes)
        }

        private init(memoryKiB: UInt32, passes: UInt32, lanes: UInt32) {
            self.memoryKiB = memoryKiB
            self.passes = passes
            self.lanes = lanes
        }

        var prefix: String { "$argon2id$v=19$m=\(memoryKiB),t=\(passes),p=\(lanes)" }

        /// A store that was tampered with must not use up the memory of the machine.
        var isAffordable: Bool {
            memoryKiB <= Limits.passwordMemoryMostKiB && passes <= Limits.passwordPassesMost
                && lanes <= Limits.passwordLanesMost
        }

        /// As the library reads it: digits only, without leading zeros.
        private static func number(_ text: Substring, named name: String) -> UInt32? {
            guard text.hasPrefix(name + "="), let number = UInt32(text.dropFirst(name.count + 1)),
                text == "\(name)=\(number)"
            else { return nil }
            return number
        }
    }
}
