// Tells one publisher, and one broadcast of a publisher, from another. Both numbers are digests
// that the owner of the ring makes; here they are only compared.

package struct PublisherKey: Equatable, Sendable {
    /// It is not known yet who publishes.
    package static let nobody = PublisherKey(identity: 0, session: 0)

    /// Who publishes.
    package var identity: UInt64
    /// Which numbered broadcast it is; 0: its bodies have no numbers.
    package var session: UInt64

    package init(identity: UInt64, session: UInt64) {
        self.identity = identity
        self.session = session
    }
}
