// The picture that a studio has sent of its own broadcast, as a file beside the ring, so that every worker
// has it and it survives all of them. A worker reads it when it sees another file there.
//
// Owner: the worker's loop thread.

import LinuxIO
import Media
import Pictures
import SegmentRing
import Settings
import StreamState

struct StudioStill {
    static let fileName = "still"

    private let path: String
    private let temporary: String
    /// The file that was read last, and when its still was made; nil: it is of no use.
    private var known: (stamp: FileStamp, timeMs: UInt64?)?

    /// - Parameter slot: of this worker, whose temporary file is its own.
    init(of name: StreamName, dataDirectory: String, slot: Int) {
        path = "\(dataDirectory)/live/\(name)/\(Self.fileName)"
        // Not in the folder of the stream, which goes when it is empty.
        temporary = "\(dataDirectory)/live/.still-\(slot)"
    }

    /// When the still of this ring was made, on its clock; nil when there is none, or it is older than what
    /// was broadcast since by more than it may be.
    mutating func timeMs(in ring: Ring) -> UInt64? {
        guard let timeMs = lastMs(in: ring) else { return nil }
        let newestMs = min(ring.status.lastIngestBootMs, ring.bootNowMs)
        return newestMs <= timeMs + Limits.studioStillFreshMs ? timeMs : nil
    }

    /// When the last one was made, however old it is.
    mutating func lastMs(in ring: Ring) -> UInt64? {
        guard let stamp = FileSystem.stamp(of: path) else {
            known = nil
            return nil
        }
        if let known, known.stamp == stamp { return known.timeMs }
        let timeMs = read(of: ring)?.timeMs
        known = (stamp, timeMs)
        return timeMs
    }

    /// Nil when there is none of this ring.
    func read(of ring: Ring) -> StillFile? {
        let bytes = try? FileSystem.contents(ofRegular: path, limitBytes: StillFile.mostBytes)
        guard let file = bytes.flatMap(StillFile.init(decoding:)), file.still.form == .jpeg,
            file.epoch == ring.epoch, file.timeMs <= ring.bootNowMs
        else { return nil }
        return file
    }

    /// Errors: those of FileSystem.write.
    func write(_ picture: Picture, of ring: Ring) throws(SystemError) {
        let file = StillFile(
            Still(form: .jpeg, bytes: picture.bytes), epoch: ring.epoch,
            publisher: ring.status.publisherKey.identity, timeMs: ring.bootNowMs)
        try FileSystem.write(file.encoded, to: path, through: temporary)
    }
}
