// Reads WebM and Matroska: elements in, blocks of frames out, one at a time. It knows where in the
// document the next byte lies and what the header said; it keeps no input and writes nothing.
//
// The way of a frame: elements are read (WebMReader+Elements, +Header), blocks are taken apart into
// frames (+Blocks, Lacing), each is looked into (FrameReader).
//
// It is always given the whole of an element, or told what it has of it. What it says depends on the
// bytes alone, never on how many it was given at once.
//
// Formats: EBML RFC 8794, Matroska RFC 9559. What is accepted: docs/media.md.

struct WebMReader: Sendable {
    /// Where in the document the next byte lies.
    enum Place: UInt8, Sendable {
        /// Before the first EBML header.
        case start = 0
        /// After an EBML header, before its Segment.
        case afterHeader = 1
        case segment = 2
        case cluster = 3
        /// After a Segment of known size.
        case between = 4
        /// Bytes were lost; looking for a Cluster or an EBML header.
        case seeking = 5
    }

    /// What reading one element came to.
    enum Step {
        case consumed(Int)
        /// The element needs this many bytes from its start.
        case needs(Int)
        /// An EBML header was read and not taken yet (see `enter`).
        case header(HeaderDraft, bytes: Int)
        /// A header is complete, and its broadcast has begun.
        case initialization(Initialization, [TrackProgress], bytes: Int)
        /// A block was read and not taken yet (see `finish`).
        case block(IncomingBlock, bytes: Int)
    }

    /// Remaining size of an element whose size is unknown.
    static let unknownSize = UInt64.max

    let limits: MediaLimits

    // MARK: What the header said

    /// The init of the broadcast that is being read; nil until its Tracks were read.
    var initialization: Initialization?
    /// The broadcaster's numbers of the tracks: of those that are served, in their order, then of those
    /// that are not.
    var sourceNumbers: [UInt32] = []
    /// Looks into the frames of the tracks that are served, in their order.
    var frames: [FrameReader] = []
    var scale = TickScale()
    /// A header that has begun and is not complete.
    var draft: HeaderDraft?
    /// The header waits for the first key frames, which say what it does not.
    var awaitsFirstFrames = false
    /// The header does not wait any longer.
    var isHeaderDue = false

    // MARK: Position

    var place = Place.start
    /// Bytes of an uninteresting element still to be passed over.
    var skipRemaining: UInt64 = 0
    var segmentRemaining = WebMReader.unknownSize
    var clusterRemaining = WebMReader.unknownSize
    /// The source cluster's Timestamp, in its ticks; nil until it was read.
    var clusterTicks: Int64?
    /// Frames of the laced block at hand that were taken before the reader was continued in it.
    var lacedFramesDone = 0

    // MARK: Losses

    /// While seeking: only an EBML header will do, because the last one was not read to its end.
    var isSeekingHeader = false
    /// Bytes since the last valid block, but for those of a header.
    var lostBytes: UInt64 = 0
    /// Input was lost, and no valid block has come since.
    var isLost = false

    // MARK: Memory that is used again

    /// The elements that go with the frames of the block at hand.
    var elements: [UInt8] = []
    /// The frame at hand without its broadcaster's packing.
    var unpacked: [UInt8] = []

    init(limits: MediaLimits) { self.limits = limits }

    /// Bytes were lost or were bad, and no place to go on was found yet.
    var isSeeking: Bool { place == .seeking }

    /// A block's frames were taken: something valid has come.
    mutating func finish(block count: Int) {
        lostBytes = 0
        isLost = false
        take(UInt64(count))
    }

    /// Forgets where it was and looks for a place to go on, or for a header if there was none yet.
    mutating func seekAfresh() {
        skipRemaining = 0
        segmentRemaining = WebMReader.unknownSize
        clusterRemaining = WebMReader.unknownSize
        clusterTicks = nil
        lacedFramesDone = 0
        awaitsFirstFrames = false
        isHeaderDue = false
        if draft != nil {
            draft = nil
            isSeekingHeader = true
        }
        place = initialization == nil ? .start : .seeking
        if place == .start { isSeekingHeader = false }
    }

    /// Bytes were read in which no valid block is. In a header there may be as many as there are.
    mutating func count(passed count: Int) throws(MediaError) {
        guard isBehindCluster || isLost || isSeeking else { return }
        lostBytes += UInt64(count)
        guard lostBytes <= limits.lostBytes else {
            throw .malformed("too many bytes came without anything valid in them")
        }
    }
}
