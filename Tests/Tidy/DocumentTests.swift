// Documents name only what is there: links, headings, files. And what is there is named: no picture lies
// about that no document shows.

import Testing

struct DocumentTests {
    private static let documents =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].compactMap(SourceTree.text)
        + SourceTree.texts(below: "docs", endings: ["md"])
        + SourceTree.texts(below: "Tests/EndToEnd", endings: ["md"])

    @Test("the documents were found")
    func found() {
        #expect(Self.documents.count > 20)
    }

    @Test("a link leads somewhere", arguments: documents)
    func links(document: TextFile) {
        for link in document.links where !link.contains(":") {
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let path = parts[0].isEmpty ? document.path : document.resolved(String(parts[0]))
            #expect(SourceTree.exists(path), "\(document.path): \(link)")
            guard parts.count > 1, let target = Self.documents.first(where: { $0.path == path })
            else { continue }
            #expect(target.headings.contains(String(parts[1])), "\(document.path): \(link)")
        }
    }

    @Test("a file of the repository that is named is there", arguments: documents)
    func paths(document: TextFile) {
        let folders = ["Sources", "Tests", "docs", "scripts", "deploy"]
        for quoted in document.quoted where folders.contains(where: { quoted.hasPrefix($0 + "/") })
        {
            // A command has arguments; NAME stands for any.
            let name = String(quoted.prefix { $0 != " " })
            guard !name.contains("NAME"), !name.contains("*") else { continue }
            #expect(SourceTree.exists(name), "\(document.path): \(name)")
        }
    }

    @Test("every picture is shown by a document")
    func pictures() {
        let all = Self.documents.map(\.text).joined()
        for picture in SourceTree.names(in: "docs/images") {
            #expect(all.contains("images/\(picture)"), "docs/images/\(picture)")
        }
    }

    @Test("links, headings and quoted names are seen, and code is not read")
    func seen() {
        let text = TextFile(
            path: "docs/a/b.md",
            text: """
                # The `make test`: 3 parts
                See [this](../c.md#d-e) and ![that](x.png).
                ```sh
                [no](link) `docs/none`
                ```
                In `Sources/Worker`.
                """)
        #expect(text.links == ["../c.md#d-e", "x.png"])
        #expect(text.headings == ["the-make-test-3-parts"])
        #expect(text.quoted == ["make test", "Sources/Worker"])
        #expect(text.resolved("../c.md") == "docs/c.md")
    }
}

extension TextFile {
    /// Without blocks of code.
    private var prose: [Substring] {
        var isCode = false
        return text.split(separator: "\n").filter { line in
            let isFence = line.drop(while: { $0 == " " }).hasPrefix("```")
            if isFence { isCode.toggle() }
            return !isFence && !isCode
        }
    }

    fileprivate var links: [String] {
        prose.flatMap { line in
            line.matches(of: /\]\(([^)\s]+)\)/).map { String($0.output.1) }
        }
    }

    fileprivate var quoted: [String] {
        prose.flatMap { line in line.matches(of: /`([^`]+)`/).map { String($0.output.1) } }
    }

    /// As links name them: small letters, no punctuation, dashes for spaces.
    fileprivate var headings: [String] {
        prose.filter { $0.hasPrefix("#") }.map { line in
            let title = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
            return String(
                title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
                    .map { $0 == " " ? "-" : $0 })
        }
    }

    /// The path in the repository of what a link in this file means.
    func resolved(_ link: String) -> String {
        var parts = folder.split(separator: "/")
        for part in link.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
