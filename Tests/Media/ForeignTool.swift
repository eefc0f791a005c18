// Runs a program that others wrote (ffprobe, ffmpeg) and takes what it says. Whatever it complains about is
// a failure of the test.

import Foundation
import Testing

enum ForeignTool {
    /// Standard output of a command.
    @discardableResult
    static func run(_ command: [String]) throws -> Data {
        let complaints = temporary("log")
        try Data().write(to: complaints)
        defer { try? FileManager.default.removeItem(at: complaints) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: complaints)
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(try String(contentsOf: complaints, encoding: .utf8) == "")
        #expect(process.terminationStatus == 0)
        return data
    }

    static func temporary(_ suffix: String) -> URL {
        FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID()).\(suffix)")
    }

    /// Gives a file with these bytes to `use`, and removes it.
    static func withFile<Result>(
        _ bytes: [UInt8], _ suffix: String, _ use: (String) throws -> Result
    ) throws -> Result {
        let file = temporary(suffix)
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try use(file.path)
    }

    /// What ffprobe says of streams and packets.
    static func probe(_ bytes: [UInt8], _ suffix: String) throws -> Probed {
        try withFile(bytes, suffix) { path in
            let json = try run([
                "ffprobe", "-v", "warning", "-of", "json", "-show_streams", "-show_packets",
                "-show_data_hash", "md5", path,
            ])
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(Probed.self, from: json)
        }
    }
}

/// Streams and packets as ffprobe sees them.
struct Probed: Decodable {
    struct Stream: Decodable, Equatable {
        let codecName: String
        let codecType: String
        let codecTagString: String
        let profile: String?
        let width: Int?
        let height: Int?
        let hasBFrames: Int?
        let sampleAspectRatio: String?
        let pixFmt: String?
        let colorPrimaries: String?
        let colorTransfer: String?
        let colorSpace: String?
        let sampleRate: String?
        let channels: Int?
        let extradataHash: String?
        let timeBase: String
    }

    struct Packet: Decodable, Equatable {
        let codecType: String
        let pts: Int?
        let dts: Int?
        let ptsTime: String?
        let flags: String
        let dataHash: String
    }

    let streams: [Stream]
    let packets: [Packet]

    func packets(_ kind: String) -> [Packet] { packets.filter { $0.codecType == kind } }
}
