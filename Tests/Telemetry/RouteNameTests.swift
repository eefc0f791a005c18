// Requests are counted by the names of routes, and a name has its place on a page that all processes share.

import Foundation
import Telemetry
import Testing

struct RouteNameTests {
    private static let sources = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/Worker")

    @Test("every route has a name that the metrics know")
    func known() throws {
        var names: Set<String> = []
        let files = FileManager.default.enumerator(atPath: Self.sources.path)?.allObjects ?? []
        for case let file as String in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: Self.sources.appending(path: file), encoding: .utf8)
            for part in text.split(separator: " Route(").dropFirst() {
                let words = part.drop { $0.isWhitespace }
                guard words.first == "\"" else { continue }
                let name = String(words.dropFirst().prefix { $0 != "\"" })
                names.insert(name)
                #expect(MetricLabels.routes.contains(name), "\(file)")
            }
        }
        #expect(names.count > 20, "the routes were found")
    }
}
