// Which file a ring is in. Every version of the format has a name of its own, so servers of two versions that
// have one data directory, during an upgrade or after going back, never meet in one file. Pure.

extension Ring {
    /// The name of the file in its stream's folder.
    package static let fileName = fileName(version: RingHeader.version)

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
        return version != RingHeader.version && name == fileName(version: version)
    }

    private static let unnamedFileName = "ring"
    private static let suffix = ".v"
    private static let lastUnnamedVersion: UInt32 = 2
}
