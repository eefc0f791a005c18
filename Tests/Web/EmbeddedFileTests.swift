// The list of embedded files against the folders they lie in.

import Foundation
import Testing

@testable import Web

@Suite struct EmbeddedFileTests {
    private static let folder = URL(filePath: #filePath).appending(
        path: "../../../Sources/Worker/Web"
    )
    .standardized

    @Test("every page, asset and table of words of the source tree is embedded as it is")
    func complete() throws {
        let embedded = Dictionary(uniqueKeysWithValues: WebFile.all().map { ($0.path, $0.bytes) })
        var onDisk: Set<String> = []
        for folder in ["Pages", "Assets", "Words"] {
            let root = Self.folder.appending(path: folder)
            for path in try FileManager.default.subpathsOfDirectory(atPath: root.path())
            where path.contains(".") {
                onDisk.insert("\(folder)/\(path)")
            }
        }
        #expect(Set(embedded.keys) == onDisk)
        for path in onDisk {
            let bytes = try Data(contentsOf: Self.folder.appending(path: path))
            #expect(embedded[path].map { Data($0) } == bytes, "\(path)")
        }
    }

    @Test(
        "every module that a page imports is there, and pages render in every language",
        arguments: WebSites.languages(in: WebFile.all()))
    func pages(language: String) {
        let site = WebSite(language: language)
        let version = WebSites(offersSignUp: true).assets.version
        for page in [
            site.home(
                streams: [], origin: "https://a", nowMs: 0, visitor: .anonymous,
                requiresAccount: true),
            site.broadcast(visitor: .unknown, requiresAccount: true),
            site.watch(ChannelPreview(Face(name: "bob")), visitor: .signedIn(name: "bob")),
            site.notFound(visitor: .anonymous), site.signUp(SignUpForm()),
            site.signUpIsClosed(), site.logIn(LogInForm()), site.unavailable(visitor: .unknown),
            site.account(.example()), site.embed(ChannelPreview(Face(name: "bob"))),
            site.embedNoSuchChannel(),
            site.noSuchChannel(name: "bob", visitor: .unknown),
        ] {
            #expect(page.language == language)
            #expect(page.contentType.hasPrefix("text/html"))
            #expect(
                String(decoding: page.bytes, as: UTF8.self).contains(
                    "/assets/\(version)/base.css"))
        }
    }
}
