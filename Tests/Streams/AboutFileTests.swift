// What a stream says of itself, as a file.

import Channel
import LinuxIO
import Settings
import StreamBench
import StreamState
import Testing

@testable import Streams

@Suite(.timeLimit(.minutes(1))) struct AboutFileTests {
    private let bench: StreamBench
    private let path: String

    init() throws {
        bench = try StreamBench()
        _ = try bench.ringPath()
        path = "\(bench.streamDirectory)/\(AboutFile.name)"
    }

    private var contents: About {
        AboutFile.contents(of: bench.name, dataDirectory: bench.directory)
    }

    private func write(_ bytes: [UInt8]) throws {
        try FileSystem.write(bytes, to: path, through: path + ".new")
    }

    @Test(
        "of a file that a loss of power has cut, emptied or filled with zeros, nothing is believed")
    func cut() throws {
        let said = #"{"words":{"title":"Bread","unlisted":false},"profile":{}}"#
        let whole = Array(said.utf8)
        try write(whole)
        #expect(contents.words.title == "Bread" && !contents.words.isUnlisted)
        for count in whole.indices {
            for tail in [[], [UInt8](repeating: 0, count: whole.count - count)] {
                try write(whole.prefix(count) + tail)
                #expect(contents.words.isUnlisted && contents.words.title.isEmpty, "\(count)")
            }
        }
    }

    @Test("the disk keeps what is said, and a stream that is gone harms nobody")
    func kept() throws {
        let care = DiskCare(loop: bench.loop, logger: bench.logger)
        try bench.streams.prepare(.none, of: bench.name)
        var kept: [Bool] = []
        for path in [path, "\(bench.streamDirectory)/none", bench.streamDirectory] {
            care.keep(path) { isKept in
                kept.append(isKept)
                if kept.count == 3 { bench.loop.stop() }
            }
        }
        bench.loop.run()
        #expect(kept == [true, false, false])
    }

    @Test("a file that changes often takes one place, and who asks for more than wait is told")
    func crowded() throws {
        let care = DiskCare(loop: bench.loop, logger: bench.logger)
        try bench.streams.prepare(.none, of: bench.name)
        let count = 3 * Limits.filesToSettle
        for isThere in [true, false] {
            var kept: [Bool] = []
            for number in 0..<count {
                care.keep(isThere ? path : "\(path)-\(number)") { isKept in
                    kept.append(isKept)
                    if kept.count == count { bench.loop.stop() }
                }
            }
            withExtendedLifetime(care) { bench.loop.run() }
            #expect(kept == [Bool](repeating: isThere, count: count))
        }
    }
}
