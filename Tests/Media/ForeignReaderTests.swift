// What we write, read by ffprobe: every packet of the source is there, unchanged and in order.

import Testing

@testable import Media

/// One packet as ffprobe sees it.
private struct Packet: Equatable {
    let kind: String
    let hash: String
    let timeMs: Int
    let isKey: Bool
}

/// What ffprobe finds; whatever it complains about is an error.
private func packets(of bytes: [UInt8]) throws -> [Packet] {
    try ForeignTool.probe(bytes, "mkv").packets.map {
        Packet(
            kind: $0.codecType, hash: $0.dataHash,
            timeMs: Int((Double($0.ptsTime ?? "0") ?? 0) * 1_000), isKey: $0.flags.contains("K"))
    }
}

@Suite("Read by ffprobe")
struct ForeignReaderTests {
    @Test("every packet is there, unchanged, in order and in time", arguments: Recording.all)
    func samePackets(recording: Recording) throws {
        let sent = try packets(of: recording.bytes).filter { $0.kind != "subtitle" }
        let received = try packets(of: output(of: recording.bytes).bytes)
        #expect(received.count > 0)
        for kind in ["video", "audio"] {
            #expect(
                received.filter { $0.kind == kind }.map { repackaged(recording, $0) }
                    == sent.filter { $0.kind == kind }.map { repackaged(recording, $0) })
        }
    }

    /// The browser's H.264 has start codes, which become lengths: then only the rest is the same.
    private func repackaged(_ recording: Recording, _ packet: Packet) -> Packet {
        guard recording.name == "chromium-h264-opus.mkv", packet.kind == "video" else {
            return packet
        }
        return Packet(kind: packet.kind, hash: "", timeMs: packet.timeMs, isKey: packet.isKey)
    }

    @Test("from any independent cluster on it is a valid file", arguments: Recording.all)
    func joinedLate(recording: Recording) throws {
        let output = output(of: recording.bytes)
        let sent = try packets(of: recording.bytes)
        let initialization = try #require(output.initializations.first)
        let hasVideo = initialization.tracks.contains { $0.kind == .video }
        for cluster in output.clusters.filter(\.isIndependent).suffix(2) {
            let bytes = initialization.bytes + output.bytes[cluster.position...]
            let received = try packets(of: bytes)
            if hasVideo {
                #expect(received.first { $0.kind == "video" }?.isKey == true)
            }
            for kind in ["video", "audio"] {
                let hashes = received.filter { $0.kind == kind }
                    .map { repackaged(recording, $0).hash }
                #expect(
                    hashes
                        == sent.filter { $0.kind == kind }.suffix(hashes.count)
                        .map { repackaged(recording, $0).hash })
            }
        }
    }
}
