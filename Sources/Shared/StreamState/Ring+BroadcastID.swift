// The name of one broadcast, which it has while it is on and keeps in its maker's account.

import SegmentRing

extension Ring {
    /// Lower-case letters, digits and a hyphen, at most 64; no two broadcasts have the same.
    package var broadcastID: String {
        String(createdWallClockMs, radix: 16) + "-" + String(epoch, radix: 16)
    }
}
