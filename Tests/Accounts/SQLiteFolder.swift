// A folder with a SQLite file for one test, and other processes that use it.

import Foundation
import Testing

@testable import Accounts

extension StoreKind {
    static let sqlite = StoreKind(name: "SQLite") { try SQLiteFolder() }
}

final class SQLiteFolder: StorePlace {
    let folder: URL
    var path: String { folder.appendingPathComponent("accounts.sqlite").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-accounts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Some tests' children are somebody else.
        try #require(chmod(folder.path, 0o755) == 0)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func open() throws -> any AccountStore { SQLiteStore(path: path) }

    /// Runs SQL as somebody else than Weir.
    @discardableResult
    func sql(_ statements: String...) throws -> [Int64] {
        let connection = try SQLiteConnection(path: path, schema: nil)
        return try statements.flatMap { statement in
            try connection.rows(statement) { row throws(StoreError) in row.integer(0) }
        }
    }
}

/// Another process that uses a store, certain to be gone when its value is.
final class StoreTorturer {
    private let process = Process()

    /// - Parameter output: where what it says is added.
    init(_ command: String, _ path: String, _ word: String, output: FileHandle? = nil) throws {
        // It lies beside the test runner.
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("store-torture")
        process.arguments = [command, path, word]
        if let output { process.standardOutput = output }
        try process.run()
    }

    deinit { kill() }

    /// As `kill -9` does; waits until it is gone.
    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    var isRunning: Bool { process.isRunning }

    /// Waits for its end and returns its answer.
    func answer() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }
}
