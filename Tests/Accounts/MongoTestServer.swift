// A real server of MongoDB's protocol, over TLS and with SCRAM, for the tests of this module: the one
// of the end-to-end suite (Tests/EndToEnd/weir/mongodb.py), driven by lines on its standard input. It
// ends when this process does, however that ends.

import Foundation
import Testing

@testable import Accounts

/// Tests that need a server and find none fail, and say what is missing: a suite that passes because
/// it was not run is worse than one that fails.
struct NoMongoServer: Error, CustomStringConvertible {
    let description: String
}

/// One server. Its commands are not for several threads at once.
final class MongoTestServer: @unchecked Sendable {
    struct Facts: Decodable {
        let uri: String
        let anonymous: String
        let wrongPassword: String
        let port: Int
    }

    let facts: Facts
    private let process: Process
    private let input: FileHandle
    private let output: LineReader
    private let lock = NSLock()
    private var databases = 0

    /// For all tests that let it run; each has a database of its own.
    static let shared = Result { try MongoTestServer() }

    init() throws {
        let repository = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let python = repository.appendingPathComponent("build/venv/bin/python")
        guard FileManager.default.isExecutableFile(atPath: python.path) else {
            throw NoMongoServer(
                description: "build/venv is missing, which the tests with MongoDB need: "
                    + "`scripts/python-environment` makes it, and `make test` calls that")
        }
        process = Process()
        process.executableURL = python
        process.arguments = ["-m", "weir.mongodb"]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PYTHONPATH": repository.appendingPathComponent("Tests/EndToEnd").path],
            uniquingKeysWith: { $1 })
        let (toServer, fromServer) = (Pipe(), Pipe())
        process.standardInput = toServer
        process.standardOutput = fromServer
        try process.run()
        input = toServer.fileHandleForWriting
        output = LineReader(fromServer.fileHandleForReading)
        guard let line = output.next() else {
            throw NoMongoServer(
                description: "the server of Tests/requirements.txt does not start; "
                    + "`scripts/python-environment` brings build/venv up to date")
        }
        facts = try JSONDecoder().decode(Facts.self, from: Data(line.utf8))
    }

    deinit {
        try? input.close()
        process.waitUntilExit()
    }

    /// The URI of a database that nobody has used.
    func freshDatabase() -> String {
        let number = lock.withLock {
            databases += 1
            return databases
        }
        precondition(number < 200, "MongoServer gives the user of the tests 200 databases")
        return facts.uri.replacingOccurrences(of: "/weir?", with: "/weir\(number)?")
    }

    func stop() throws { try tell("stop") }
    func start() throws { try tell("start") }
    /// SIGKILL.
    func kill() throws { try tell("kill") }
    /// SIGSTOP.
    func freeze() throws { try tell("freeze") }
    func thaw() throws { try tell("thaw") }

    private func tell(_ command: String) throws {
        try input.write(contentsOf: Data((command + "\n").utf8))
        guard output.next() == "done" else {
            throw NoMongoServer(description: "the server could not \(command)")
        }
    }
}

/// Lines from a pipe.
private final class LineReader {
    private let handle: FileHandle
    private var rest = Data()

    init(_ handle: FileHandle) {
        self.handle = handle
    }

    /// Nil at the end.
    func next() -> String? {
        while true {
            if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                defer { rest = Data(rest[(end + 1)...]) }
                return String(decoding: rest[..<end], as: UTF8.self)
            }
            let more = handle.availableData
            guard !more.isEmpty else { return nil }
            rest += more
        }
    }
}

extension StoreKind {
    static let mongo = StoreKind(name: "MongoDB") {
        MongoPlace(uri: try MongoTestServer.shared.get().freshDatabase())
    }
}

/// A database of its own on the shared server, which goes with the server.
final class MongoPlace: StorePlace {
    let uri: String

    init(uri: String) {
        self.uri = uri
    }

    func open() throws -> any AccountStore { try MongoStore(uri: uri) }
}
