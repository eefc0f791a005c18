// Real recordings through the parser: whole, cut everywhere, suspended and resumed everywhere.

import Testing

@testable import Media

@Suite("Recordings of real muxers")
struct RecordingTests {
    @Test("a recording gives one init, and clusters from a key frame on", arguments: Recording.all)
    func whole(recording: Recording) throws {
        let output = output(of: recording.bytes)
        #expect(output.error == nil)
        #expect(output.initializations.count == 1)
        let tracks = try #require(output.initializations.first?.tracks)
        for cluster in output.clusters {
            let time = output.bytes[(cluster.position + ClusterLayout.timecodeOffset)...]
                .prefix(ClusterLayout.timecodeBytes).reduce(Int64(0)) { $0 << 8 | Int64($1) }
            #expect(time == cluster.timeMs)
        }
        #expect(output.clusters.contains { $0.isIndependent })
        if !tracks.contains(where: { $0.kind == .video }) {
            #expect(output.clusters.allSatisfy { $0.isIndependent })
        }
    }
}
