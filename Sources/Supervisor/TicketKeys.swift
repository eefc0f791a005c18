// The keys of TLS session tickets. All workers have the same keys, so a session can be resumed on
// any of them. They exist in memory only and are replaced regularly, so that a stolen key opens
// little. An upgrade does not make them younger.

import ControlChannel
import Settings

struct TicketKeys {
    private(set) var current: [UInt8]
    private(set) var previous: [UInt8]?
    /// When `current` was made, in milliseconds of the monotonic clock.
    private var madeMs: UInt64

    init(nowMs: UInt64) {
        current = Self.makeKey()
        madeMs = nowMs
    }

    /// The keys of another supervisor, so that sessions go on.
    /// - Parameter ageMs: how old `current` is.
    init(current: [UInt8], previous: [UInt8]?, ageMs: UInt64, nowMs: UInt64) {
        self.current = current
        self.previous = previous
        madeMs = nowMs - min(ageMs, nowMs)
    }

    /// How old the current key is.
    func ageMs(nowMs: UInt64) -> UInt64 { nowMs - min(madeMs, nowMs) }

    /// In how many milliseconds the next key is due.
    func nextRotationMs(nowMs: UInt64) -> UInt64 {
        Limits.ticketKeyRotationMs - min(ageMs(nowMs: nowMs), Limits.ticketKeyRotationMs)
    }

    /// The keys that workers have to know.
    var message: ToWorker { .ticketKeys(current: current, previous: previous) }

    /// Makes a new key. Tickets under the previous key stay valid; older ones do not.
    mutating func rotate(nowMs: UInt64) {
        previous = current
        current = Self.makeKey()
        madeMs = nowMs
    }

    private static func makeKey() -> [UInt8] {
        // On Linux this generator is getrandom(2), the kernel's cryptographic one.
        var generator = SystemRandomNumberGenerator()
        return (0..<ToWorker.ticketKeyBytes).map { _ in
            UInt8.random(in: .min ... .max, using: &generator)
        }
    }
}
