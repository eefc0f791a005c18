// The keys of TLS session tickets. All workers have the same keys, so a session can be resumed on
// any of them. They exist in memory only and are replaced regularly, so that a stolen key opens
// little.

import ControlChannel

struct TicketKeys {
    private(set) var current: [UInt8]
    private(set) var previous: [UInt8]?

    init() {
        current = Self.makeKey()
    }

    /// The keys of another supervisor, so that sessions go on.
    init(current: [UInt8], previous: [UInt8]?) {
        self.current = current
        self.previous = previous
    }

    /// The keys that workers have to know.
    var message: ToWorker { .ticketKeys(current: current, previous: previous) }

    /// Makes a new key. Tickets under the previous key stay valid; older ones do not.
    mutating func rotate() {
        previous = current
        current = Self.makeKey()
    }

    private static func makeKey() -> [UInt8] {
        // On Linux this generator is getrandom(2), the kernel's cryptographic one.
        var generator = SystemRandomNumberGenerator()
        return (0..<ToWorker.ticketKeyBytes).map { _ in
            UInt8.random(in: .min ... .max, using: &generator)
        }
    }
}
