// Time since the machine was booted: what durations are measured with that more than one process, or
// a file, knows of. Nobody can set it, so it only runs forward; it is the same in every process of the
// machine (but for those in time namespaces of their own); and a boot has an identifier, so that times
// of another boot are told apart.
//
// It is CLOCK_BOOTTIME and not CLOCK_MONOTONIC, because it goes on while the machine sleeps: a grace
// period, or the age of a recording, is time that has passed for everybody else as well.

import Glibc

package enum BootClock {
    /// Milliseconds of CLOCK_BOOTTIME.
    package static func nowMs() -> UInt64 { microseconds(of: CLOCK_BOOTTIME) / 1_000 }

    /// Which boot that is; 0 where the system does not say it.
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
