import Accounts
import StreamState
import Testing

@testable import History

@Suite struct EndedBroadcastTests {
    private func broadcast() throws -> EndedBroadcast {
        EndedBroadcast(
            name: try StreamName("anna"),
            record: BroadcastRecord(
                id: "1a-2b", startedAtMs: 1_000, endedAtMs: 2_000, bytes: 3, peakViewers: 4))
    }

    @Test("a broadcast comes back from its file as it was") func roundTrip() throws {
        let broadcast = try broadcast()
        #expect(EndedBroadcast(decoding: broadcast.encoded) == broadcast)
    }

    @Test("a file that is cut or changed is nil") func hostile() throws {
        let valid = try broadcast().encoded
        for count in 0..<valid.count {
            #expect(EndedBroadcast(decoding: Array(valid.prefix(count))) == nil)
        }
        for line in ["1 ../x anna 1 2 3 4\n", "1 a Api 1 2 3 4\n", "1 a anna 2 1 3 4\n"] {
            #expect(EndedBroadcast(decoding: Array(line.utf8)) == nil)
        }
    }
}
