// What a process has used, as /proc says it. For figures that people look at; missing ones are nil.

/// Figures of one process.
package struct ProcessUsage: Equatable, Sendable {
    /// Processor time since its start, in milliseconds.
    package let processorMs: UInt64
    /// Memory of its own: what would be free without it. Mapped files, such as rings, are not in it.
    package let memoryBytes: UInt64

    /// Most that is read of a file in /proc.
    private static let fileBytes = 8_192
    /// USER_HZ, which is the same on every Linux that we run on.
    private static let ticksPerSecond: UInt64 = 100

    /// Nil when the process is gone, or may not be looked at.
    package init?(of processID: Int32) {
        guard processID > 0,
            let stat = Self.text("/proc/\(processID)/stat"),
            let status = Self.text("/proc/\(processID)/status")
        else { return nil }
        self.init(stat: stat, status: status)
    }

    private static func text(_ path: String) -> String? {
        let bytes = try? FileSystem.contents(of: path, limitBytes: fileBytes)
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Takes the contents of the two files.
    package init?(stat: String, status: String) {
        // The program's name is in parentheses and may contain anything.
        guard let name = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[name...].split(separator: " ")
        guard fields.count > 13, let user = UInt64(fields[12]), let system = UInt64(fields[13])
        else { return nil }
        processorMs = (user &+ system) &* (1_000 / Self.ticksPerSecond)
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        let words = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }) ?? []
        guard words.count == 3, let kibibytes = UInt64(words[1]) else { return nil }
        memoryBytes = kibibytes &* 1_024
    }
}
