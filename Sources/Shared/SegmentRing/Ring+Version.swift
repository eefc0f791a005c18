// Which file a ring is in. Every version of the format has a name of its own, so servers of two versions that
// have one data directory, during an upgrade or after going back, never meet in one file. Pure.

extension Ring {
    /// The version of the format that this build reads and writes.
    package static let version = RingHeader.version

    /// The name of the file in its stream's folder.
    package static let fileName = fileName(version: version)

    /// The same in another version of the format.
    package static func fileName(version: UInt32) -> String {
        version <= lastUnnamedVersion ? unnamedFileName : unnamedFileName + suffix + "\(version)"
    }

    /// Whether a name is that of a ring in any version of the format but this one.
    package static func isFileNameOfOtherVersion(_ name: String) -> Bool {
        if name == unnamedFileName { return true }
        let prefix = unnamedFileName + suffix
        guard name.hasPrefix(prefix), let version = UInt32(name.dropFirst(prefix.count)) else {
            return false
        }
        return version != Self.version && name == fileName(version: version)
    }

    private static let unnamedFileName = "ring"
    private static let suffix = ".v"
    private static let lastUnnamedVersion: UInt32 = 2
}
