// What one would alert on has a name that never changes (see EventName in Telemetry).

import Testing

struct EventTests {
    /// Calls that log at a level which people are woken for, but without a name.
    private static func isUnnamed(_ line: String) -> Bool {
        line.contains(/[lL]ogger\.(warning|error|critical|log)\(/)
    }

    @Test(
        "a line that is a warning or worse has the name of an event", arguments: SourceTree.sources)
    func named(file: SourceFile) {
        guard !file.path.hasPrefix("Sources/Shared/Telemetry/") else { return }
        for (index, line) in file.lines.enumerated() {
            #expect(!Self.isUnnamed(line), "\(file.path):\(index + 1)")
        }
    }

    @Test("calls without a name are seen")
    func seen() {
        for line in [
            "logger.warning(", "self?.logger.error(\"", "environment.logger.critical(",
            "logger.log(level: .error, \"\")",
        ] {
            #expect(Self.isUnnamed(line), "\(line)")
        }
        #expect(!Self.isUnnamed("logger.report(.workerDied, \"\")"))
        #expect(!Self.isUnnamed("logger.notice(\"\")"))
    }
}
