// Where the control socket is, what goes over it, and what commands make of it.

import Settings
import Testing
import Text

@testable import Supervisor

struct ControlTests {
    @Test(
        "a request is one line, and comes back from it",
        arguments: [OperatorRequest.status, .reload, .upgrade, .drain(slot: nil), .drain(slot: 63)])
    func roundTrip(request: OperatorRequest) throws {
        #expect(!request.line.contains("\n"))
        #expect(request.line.hasPrefix("{"))
        #expect(try OperatorRequest(line: Array(request.line.utf8)) == request)
    }

    @Test(
        "everything else is refused with a reason",
        arguments: [
            "", "{", "status", "[]", "{}", #"{"do":1}"#, #"{"do":"dance"}"#,
            #"{"do":"drain","worker":64}"#, #"{"do":"drain","worker":-1}"#,
            #"{"do":"drain","worker":"0"}"#, #"{"do":"status"} x"#,
        ])
    func refused(line: String) {
        #expect(throws: OperatorRequest.Fault.self) {
            try OperatorRequest(line: Array(line.utf8))
        }
    }

    @Test("only the last line of an answer has done")
    func lines() {
        let texts = [
            OperatorLine.progress("a\nb"), .done(notes: ["n"]), .refused(reason: "r"),
            .status([JSONMember("server", .null)]),
        ].map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(
            texts == [
                "{\"progress\":\"a\\nb\"}\n", "{\"done\":true,\"notes\":[\"n\"]}\n",
                "{\"done\":false,\"reason\":\"r\"}\n", "{\"done\":true,\"server\":null}\n",
            ])
        #expect(!OperatorLine.progress("").isLast)
        #expect(OperatorLine.done(notes: []).isLast)
    }

    private func settings(_ control: String?) throws -> Settings {
        var given = GivenSettings()
        for (name, text) in [(Setting.Name.cert, "c"), (.key, "k"), (.data, "/srv/weir")] {
            given[name] = GivenSettings.Entry(texts: [text], source: .flag)
        }
        if let control { given[.control] = GivenSettings.Entry(texts: [control], source: .flag) }
        return try Settings(given, processors: 1)
    }

    @Test("the socket is where the service manager has a folder for it, else with the data")
    func place() throws {
        let automatic = try settings(nil)
        #expect(ControlPlace.path(automatic, runtimeDirectory: nil) == "/srv/weir/control")
        #expect(ControlPlace.path(automatic, runtimeDirectory: "/run/w:/run/x") == "/run/w/control")
        #expect(ControlPlace.path(try settings("off"), runtimeDirectory: "/run/w") == nil)
        #expect(ControlPlace.path(try settings("/a/b"), runtimeDirectory: "/run/w") == "/a/b")
    }

    /// Where a command looks.
    struct Search: CustomTestStringConvertible {
        let what: String
        var control: GivenSettings.Entry?
        var data: GivenSettings.Entry?
        var runtime: String?
        var isNamed = false
        var checkout: String?
        let places: [String]

        var testDescription: String { what }
    }

    private static let file = SettingSource.file(path: "weir.toml", line: 1)
    private static func entry(_ text: String, _ source: SettingSource) -> GivenSettings.Entry {
        GivenSettings.Entry(texts: [text], source: source)
    }

    @Test(
        "a command looks where the server has its socket, and only there if it can know",
        arguments: [
            Search(what: "nothing is said", places: ["/run/weir/control", "data/control"]),
            Search(
                what: "the service's file", data: entry("/d", file),
                places: ["/run/weir/control", "/d/control"]),
            Search(
                what: "the file of another server", data: entry("/d", file), isNamed: true,
                places: ["/d/control"]),
            Search(what: "WEIR_DATA", data: entry("/d", .environment), places: ["/d/control"]),
            Search(what: "--data", data: entry("/d", .flag), places: ["/d/control"]),
            Search(what: "within the service", runtime: "/run/weir", places: ["/run/weir/control"]),
            Search(
                what: "within another service", data: entry("/d", file), runtime: "/run/w:/run/x",
                isNamed: true, places: ["/run/w/control"]),
            Search(
                what: "within another service, that asks the packaged one", data: entry("/d", file),
                runtime: "/run/acme", places: ["/run/acme/control", "/run/weir/control"]),
            Search(
                what: "its place, in the file", control: entry("/c", file),
                data: entry("/d", .flag),
                runtime: "/run/weir", places: ["/c"]),
            Search(what: "--control", control: entry("/c", .flag), places: ["/c"]),
            Search(
                what: "nothing is said, in a source tree", checkout: "/w/build/data",
                places: ["/run/weir/control", "data/control", "/w/build/data/control"]),
            Search(
                what: "the service's file, in a source tree", data: entry("/d", file),
                checkout: "/w/build/data", places: ["/run/weir/control", "/d/control"]),
            Search(
                what: "--control, in a source tree", control: entry("/c", .flag),
                checkout: "/w/build/data", places: ["/c"]),
        ])
    func candidates(search: Search) throws {
        var given = GivenSettings()
        given[.control] = search.control
        given[.data] = search.data
        let places = try ControlPlace.candidates(
            given, runtimeDirectory: search.runtime, isNamed: search.isNamed,
            checkout: search.checkout)
        #expect(places == search.places)
    }

    @Test("a server without a control socket is not looked for")
    func off() {
        var given = GivenSettings()
        given[.control] = Self.entry("off", .flag)
        #expect(throws: SettingsError.self) {
            try ControlPlace.candidates(given, runtimeDirectory: nil, isNamed: false)
        }
    }

    @Test("an answer over HTTP is taken apart, and what is none is not")
    func http() {
        func answer(_ text: String) -> (status: Int, body: JSONValue)? {
            ControlClient.answer(Array(text.utf8))
        }
        let good = answer("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}")
        #expect(good?.status == 404)
        #expect(good?.body == .object([]))
        for text in [
            "", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 2", "{}\r\n\r\n{}", "HTTP/1.1 200 OK",
        ] {
            #expect(answer(text) == nil)
        }
    }

    @Test("a server that is not there is told in one line, with what to do")
    func nobody() {
        do {
            var command = try WeirCommand.parseAsRoot(["status", "--control", "/nowhere/control"])
            try command.run()
            Issue.record("nobody is there")
        } catch {
            let complaint = Main.complaint(about: error, arguments: ["status"])
            #expect(complaint.exitCode == 1)
            #expect(
                complaint.line
                    == "no weir listens at /nowhere/control; start it, or name its socket with --control"
            )
        }
    }
}
