// Time since the machine was booted. It measures durations that several processes, or a file, must
// agree on. Nobody can set it, so it only runs forward. It is the same in every process of the
// machine (except in time namespaces of their own), and each boot has an identifier that tells its
// times from those of another boot.
//
// It is CLOCK_BOOTTIME and not CLOCK_MONOTONIC, because it goes on while the machine sleeps: for
// everybody else, that time counts towards a grace period or the age of a recording as well.

import Glibc

package enum BootClock {
    /// Milliseconds of CLOCK_BOOTTIME.
    package static func nowMs() -> UInt64 { microseconds(of: CLOCK_BOOTTIME) / 1_000 }

    /// Which boot this is; 0 if the system does not say.
    package static let bootID: UInt64 = {
        let path = "/proc/sys/kernel/random/boot_id"
        guard let text = try? FileSystem.contents(of: path, limitBytes: 64) else { return 0 }
        return bootID(of: text)
    }()

    /// The identifier in the system's words, 32 hexadecimal digits and some dashes: its two halves,
    /// folded into one number.
    static func bootID(of text: [UInt8]) -> UInt64 {
        let digits = text.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 32 else { return 0 }
        let halves = [digits.prefix(16), digits.suffix(16)].map {
            $0.reduce(0 as UInt64) { $0 << 4 | UInt64($1) }
        }
        return halves[0] ^ halves[1]
    }
}
