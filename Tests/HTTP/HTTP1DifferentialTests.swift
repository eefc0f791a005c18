// The parser beside h11, a parser of other people: Clients/h11_differential.py makes the inputs and
// compares what both understand. It explains what may differ, and why.

import Foundation
import Testing

@testable import HTTP

struct HTTP1DifferentialTests {
    @Test("what h11 takes as well, it understands in the same way")
    func agreement() throws {
        let work = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-h11-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: work) }
        let inputs = work.appendingPathComponent("inputs")
        let answers = work.appendingPathComponent("events")

        let made = python("generate", inputs.path, Self.corpus)
        try #require(made.status == 0, "\(made.errors)")
        try events(of: String(contentsOf: inputs, encoding: .utf8))
            .write(to: answers, atomically: true, encoding: .utf8)
        let compared = python("compare", inputs.path, answers.path)
        #expect(compared.status == 0, "\(compared.errors)\(compared.text)")
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let corpus =
        folder.appendingPathComponent("../Fuzz/HTTP1/Corpus").standardized.path

    private func python(_ arguments: String...) -> Finished {
        let script = Self.folder.appendingPathComponent("Clients/h11_differential.py").path
        // The environment that scripts/python-environment makes has the packages the script needs.
        let made = Self.folder.appendingPathComponent("../../build/venv/bin/python").standardized
        let isMade = FileManager.default.isExecutableFile(atPath: made.path)
        return run([isMade ? made.path : "python3", script] + arguments)
    }

    /// What the parser makes of each line of hexadecimal digits, a line of JSON each.
    private func events(of inputs: String) throws -> String {
        let encoder = JSONEncoder()
        return try inputs.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map { line in
                let transcript = HTTP1Transcript([bytes(hexadecimal: line)[...]])
                return try String(
                    decoding: encoder.encode(Events(transcript)), as: UTF8.self) + "\n"
            }
            .joined()
    }

    private func bytes(hexadecimal line: Substring) -> [UInt8] {
        let digits = line.utf8.map { HTTP1Character.hexadecimal($0)! }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

/// A transcript as the script reads it.
private struct Events: Encodable {
    struct Request: Encodable {
        let method: String
        let authority: String
        let target: String
        let fields: [[String]]
        let version: String
        let framing: String
        let persists: Bool
        let expectsContinue: Bool
        /// In hexadecimal.
        let body: String
        let end: Int?
    }

    let requests: [Request]
    let failure: String?

    init(_ transcript: HTTP1Transcript) {
        failure = transcript.failure?.rawValue
        requests = transcript.requests.map { request in
            Request(
                method: request.method, authority: request.authority, target: request.target,
                fields: request.fields.map { [$0.name, $0.value] },
                version: request.version == .v11 ? "1.1" : "1.0", framing: "\(request.framing)",
                persists: request.persists, expectsContinue: request.expectsContinue,
                body: request.body.map { String(format: "%02x", $0) }.joined(), end: request.end)
        }
    }
}
