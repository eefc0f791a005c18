// The pages there are, and what each of them loads.

/// The raw value is the name of its file in Pages.
enum Page: String, CaseIterable, Sendable {
    case home
    case live
    case watch
    case notFound = "not-found"

    private var styles: [String] {
        switch self {
        case .home: ["base.css", "water.css", "home.css"]
        case .live: ["base.css", "live.css"]
        case .watch: ["base.css", "watch.css"]
        case .notFound: ["base.css", "water.css"]
        }
    }

    private var script: String? {
        switch self {
        case .home: "home/home.js"
        case .live: "live/live.js"
        case .watch: "watch/watch.js"
        case .notFound: nil
        }
    }

    /// Elements of the head that name them. Modules are loaded while the page is still being read.
    func head(assets: Assets) -> String {
        var lines = styles.map { style in
            "<link rel=\"stylesheet\" href=\"\(assets.address(of: style))\">"
        }
        if let script {
            lines.append(
                "<script type=\"module\" src=\"\(assets.address(of: script))\"></script>")
            lines += assets.modules(of: script).dropFirst().map { module in
                "<link rel=\"modulepreload\" href=\"\(assets.address(of: module))\">"
            }
        }
        return lines.joined(separator: "\n")
    }
}
