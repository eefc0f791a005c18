// A closure as the handler of one registration, for objects that watch several descriptors.

/// Runs a closure for each readiness. The loop keeps it, and everything that the closure holds,
/// until the registration is removed.
package final class ReadinessAction: EventHandler {
    private let action: (Readiness) -> Void

    package init(_ action: @escaping (Readiness) -> Void) {
        self.action = action
    }

    package func handleReadiness(_ readiness: Readiness) {
        action(readiness)
    }
}
