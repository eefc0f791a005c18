// How much of the disk rings leave free. Accounts, records of broadcasts and logs need room as well, and
// anyone who may publish can fill a disk with rings. Pure arithmetic.

import LinuxIO
import Settings

package enum DiskReserve {
    package static func bytes(of disk: DiskSpace) -> UInt64 {
        let small = min(Limits.diskReserveBytes.lowerBound, disk.totalBytes / 16)
        return min(max(disk.totalBytes / 50, small), Limits.diskReserveBytes.upperBound)
    }
}
