// What is shown of a broadcast to those who do not watch it: what its studio has sent lately, or the newest
// key frame.
//
// Owner: the worker's loop thread.

import LinuxIO
import Media
import Pictures
import SegmentRing

extension LiveStream {
    /// What is shown of the broadcast to those who do not watch it.
    package enum StillChoice {
        /// What its studio has sent, made at this time.
        case studio(atMs: UInt64)
        /// The key frame that this entry begins with.
        case keyFrame(RingEntry, Still.Form)
        case none

        package var form: Still.Form? {
            switch self {
            case .studio: .jpeg
            case .keyFrame(_, let form): form
            case .none: nil
            }
        }
    }

    /// Costs a look at a file's name and some into the index of the ring.
    package var stillChoice: StillChoice {
        if let atMs = studioStill.timeMs(in: ring) { return .studio(atMs: atMs) }
        guard let form = initialization.tracks.first.flatMap(Still.Form.init(of:)),
            let entry = ring.pictureEntry()
        else { return .none }
        return .keyFrame(entry, form)
    }

    /// Reads or makes it.
    package func still(_ choice: StillChoice) -> Still? {
        switch choice {
        // The file may have gone since.
        case .studio: studioStill.read(of: ring)?.still ?? ring.keyFrameStill(initialization)
        case .keyFrame: ring.keyFrameStill(initialization)
        case .none: nil
        }
    }

    /// When the studio has sent the last one, on the ring's clock; nil when it has not.
    package var studioStillMs: UInt64? { studioStill.lastMs(in: ring) }

    /// Errors: those of writing a file.
    package func keep(studioStill picture: Picture) throws(SystemError) {
        try studioStill.write(picture, of: ring)
    }
}
