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
        for (title, wasUnlisted) in [
            ("", false), ("Bread, live", true), (String(repeating: "🍞", count: 120), true),
        ] {
            var record = try broadcast().record
            record.title = title
            record.wasUnlisted = wasUnlisted
            let ended = EndedBroadcast(name: try StreamName("anna"), record: record)
            #expect(EndedBroadcast(decoding: ended.encoded) == ended)
            #expect(ended.encoded.count > 256, "a Weir without words leaves it alone")
        }
    }

    @Test("a file from before broadcasts had words is one without words") func earlier() throws {
        let earlier = try broadcast()
        let line = "1 1a-2b anna 1000 2000 3 4\n"
        #expect(EndedBroadcast(decoding: Array(line.utf8)) == earlier)
    }

    @Test("a file that is cut or changed is nil") func hostile() throws {
        let valid = try broadcast().encoded
        for count in 0..<valid.count {
            #expect(EndedBroadcast(decoding: Array(valid.prefix(count))) == nil)
        }
        for line in [
            "1 ../x anna 1 2 3 4\n", "1 a Api 1 2 3 4\n", "1 a anna 2 1 3 4\n",
            "2 a anna 1 2 3 4\n", "2 a anna 1 2 3 4 2 QQ .\n", "2 a anna 1 2 3 4 0 ? .\n",
            "2 a anna 1 2 3 4 0 /w .\n", "3 a anna 1 2 3 4 0 QQ .\n",
        ] {
            #expect(EndedBroadcast(decoding: Array(line.utf8)) == nil)
        }
    }
}
