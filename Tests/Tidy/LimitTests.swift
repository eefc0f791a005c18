// Each limit says whose it is, so that one that only the whole server has is noticed: one client could use
// it up for all others.

import Testing

struct LimitTests {
    private static let holders = [
        "Connection", "Request", "Client", "Name", "Account", "Worker", "Machine", "Setting",
    ]
    private static let files = SourceTree.sources.filter {
        $0.path.hasPrefix("Sources/Shared/Settings/Limits/")
    }

    @Test("the limits were found")
    func found() {
        #expect(Self.files.count >= 5)
    }

    @Test("a limit begins by saying whose it is, or goes on where the one before it ended")
    func holder() {
        for file in Self.files {
            for (index, line) in file.lines.enumerated() where Self.startsComment(index, file) {
                let text = line.drop { $0 == " " || $0 == "/" }
                let goesOn = text.first?.isLowercase ?? false
                let isHeld = Self.holders.contains { text.hasPrefix("\($0): ") }
                #expect(goesOn || isHeld, "\(file.path):\(index + 1)")
            }
        }
    }

    /// The first line of a comment that belongs to a limit.
    private static func startsComment(_ index: Int, _ file: SourceFile) -> Bool {
        let isComment = { (line: String) in line.hasPrefix("    /// ") }
        guard isComment(file.lines[index]), index == 0 || !isComment(file.lines[index - 1]) else {
            return false
        }
        let behind = file.lines[index...].first { !isComment($0) } ?? ""
        return behind.hasPrefix("    package static let ")
    }
}
