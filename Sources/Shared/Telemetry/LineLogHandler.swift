// The swift-log handler: gathers everything that belongs to a message and passes one rendered line
// on.

import LinuxIO
import Logging

struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    private let style: LogStyle
    private let process: String
    private let pid: Int32
    /// Lines begin with their priority, as the journal takes it.
    private let isForJournal: Bool
    private let write: @Sendable ([UInt8]) -> Void

    init(
        level: Logger.Level, style: LogStyle, process: String, pid: Int32,
        isForJournal: Bool = false,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        logLevel = level
        self.style = style
        self.process = process
        self.pid = pid
        self.isForJournal = isForJournal
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error { all["error"] = "\(error)" }
        let name = all.removeValue(forKey: EventName.metadataKey)?.description
        let record = LogRecord(
            timeMs: WallClock.nowMs(), level: event.level, message: event.message.description,
            event: name,
            metadata: all.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) },
            process: process, pid: pid)
        write((isForJournal ? Journal.prefix(event.level) : []) + style.line(record))
    }
}
