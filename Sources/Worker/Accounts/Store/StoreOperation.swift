// What stores are asked for, as their figures tell it apart. A raw value is the operation's place among
// those of the metrics, and never changes.

package enum StoreOperation: Int, CaseIterable, Sendable {
    case check = 0
    case user = 1
    case userChange = 2
    case session = 3
    case sessionChange = 4
    case attempts = 5
    case secret = 6
    case broadcasts = 7
    case broadcastRecord = 8
    case cleanUp = 9
}
