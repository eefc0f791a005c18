// Documents name only what is there: links, headings, files. And what is there is named: no picture lies
// about that no document shows, and the index of documents has them all. What is outside the documents names
// them rightly, too.

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

    /// What names documents in comments, messages and settings.
    private static let others =
        SourceTree.texts(
            below: "Sources", endings: ["swift", "c", "h", "js", "html", "css", "json"])
        + SourceTree.texts(
            below: "deploy", endings: ["yml", "conf", "cfg", "caddy", "vcl", "json"])
        + SourceTree.texts(below: "Tests", endings: ["swift", "py"])
        + (SourceTree.names(in: "scripts").map { "scripts/\($0)" } + ["Makefile", "Package.swift"])
        .compactMap(SourceTree.text)

    @Test("a document, and its heading, that is named elsewhere is there")
    func named() {
        let named = Self.others.flatMap { file in
            file.text.matches(of: /docs\/[\w\/-]+\.md(#[\w-]+)?/).map {
                (file.path, String($0.output.0))
            }
        }
        #expect(named.count > 50)
        for (file, name) in named where !file.hasSuffix("DocumentTests.swift") {
            let parts = name.split(separator: "#")
            let document = Self.documents.first { $0.path == parts[0] }
            #expect(document != nil, "\(file): \(name)")
            guard parts.count > 1 else { continue }
            #expect(document?.headings.contains(String(parts[1])) == true, "\(file): \(name)")
        }
    }

    @Test(
        "a document has one title, and chapters that go down one step at a time",
        arguments: documents)
    func order(document: TextFile) {
        let depths = document.depths
        #expect(depths.first == 1, "\(document.path)")
        #expect(depths.dropFirst().allSatisfy { $0 > 1 }, "\(document.path)")
        for (one, next) in zip(depths, depths.dropFirst()) {
            #expect(next <= one + 1, "\(document.path)")
        }
    }

    @Test("the index of documents has every document")
    func index() {
        let links = SourceTree.text("docs/README.md")?.links ?? []
        for name in SourceTree.names(in: "docs") where name.hasSuffix(".md") && name != "README.md"
        {
            #expect(links.contains(name), "docs/\(name)")
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
                ## Again
                ## Again
                """)
        #expect(text.links == ["../c.md#d-e", "x.png"])
        #expect(text.headings == ["the-make-test-3-parts", "again", "again-1"])
        #expect(text.depths == [1, 2, 2])
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

    /// How deep each heading is.
    fileprivate var depths: [Int] {
        prose.map { $0.prefix { $0 == "#" }.count }.filter { $0 > 0 }
    }

    /// As links name them: small letters, no punctuation, dashes for spaces; a number behind those that came before.
    fileprivate var headings: [String] {
        var seen: [String: Int] = [:]
        return prose.filter { $0.hasPrefix("#") }.map { line in
            let title = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
            let name = String(
                title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
                    .map { $0 == " " ? "-" : $0 })
            seen[name, default: -1] += 1
            return seen[name] == 0 ? name : "\(name)-\(seen[name, default: 0])"
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
