// The ingest parser: a broadcaster's WebM or Matroska in, cut anywhere, and whole blocks in
// clusters of our own out. Pure: no clock, no I/O. What comes out depends on the input bytes alone,
// never on how they were cut into pushes; only the fragments' borders do.
//
// The way of a frame: elements are read (WebMIngest+Elements, +Header), blocks are taken apart into
// frames (+Blocks, Lacing), each is put on the output time line (Timeline) and in order across tracks
// (FrameOrder), and written into a cluster (ClusterWriter).
//
// A loss is not an end. Once a broadcast has begun, input that cannot be right is passed over up to
// the next Cluster or header that can (+Recovery), and counted.
//
// Nothing accepted is lost, and nothing is written twice, when another process goes on. A snapshot
// (`state()` and `carry`) stands between two elements, or in front of one of which nothing was
// written yet; frames that wait for their turn are in it. What a worker that was killed had received
// after its last fragment comes again when bodies are numbered; else that, and the frames that waited
// for it, went with its connection.
//
// Formats: EBML RFC 8794, Matroska RFC 9559. What is accepted and what is changed: docs/media.md.
//
// Memory: at most one unfinished element is held, and frames of a track that is ahead up to a limit.
// Frame data is copied once, from the input into the batch, or twice when its block was cut or waits.

/// What one push did.
package struct PushResult: Sendable, Equatable {
    package enum Event: Sendable, Equatable {
        case none
        /// A complete header (EBML header, Segment, Info, Tracks) was read: the first one, or that
        /// of a restarted broadcast.
        case initialization(Initialization)
    }

    /// Bytes of the input that were taken. All of them unless there is an event.
    package let consumed: Int
    package let event: Event
    /// Times that input was lost: what could not be right was passed over.
    package let losses: Int
}

package struct WebMIngest: Sendable {
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

    /// Remaining size of an element whose size is unknown.
    static let unknownSize = UInt64.max

    let limits: MediaLimits

    /// The init of the broadcast that is being read; nil until its Tracks were read.
    package internal(set) var initialization: Initialization?
    /// The tracks of that broadcast, dropped ones included.
    var tracks: [IngestTrack] = []

    // MARK: Position in the input

    var place = Place.start
    /// A header that has begun and is not complete.
    var draft: HeaderDraft?
    /// Bytes of an uninteresting element still to be passed over.
    var skipRemaining: UInt64 = 0
    var segmentRemaining = WebMIngest.unknownSize
    var clusterRemaining = WebMIngest.unknownSize
    /// The source cluster's Timestamp, in its ticks; nil until it was read.
    var clusterTicks: Int64?
    /// While seeking: only an EBML header will do, because the last one was not read to its end.
    var isSeekingHeader = false
    /// Bytes passed over since the last valid block.
    var lostBytes: UInt64 = 0
    /// Input was lost, and no valid block has come since.
    var isLost = false
    /// Losses of this push.
    var losses = 0
    /// Frames of the laced block at hand that were taken before the parser was continued in it.
    var lacedFramesDone = 0

    /// Unfinished input, in front of the next push, from `carryStart` on. At most one element.
    private var carried: [UInt8] = []
    private var carryStart = 0
    /// How long what is carried must be before it is worth looking at again.
    private var carryWantedBytes = 0

    /// Looks into the frames of the tracks that are served, in their order.
    var readers: [FrameReader] = []
    /// The header waits for the first key frames, which say what it does not.
    var awaitsFirstFrames = false
    /// The header does not wait any longer.
    var isHeaderDue = false

    // MARK: Position in the output

    var timeline = Timeline()
    var order = FrameOrder()
    var clusters = ClusterWriter()
    /// The next frame does not continue what came before.
    var isDiscontinuityPending = false
    /// Where, in this push's input, the element begins that is being read; below 0 when an earlier
    /// push brought its beginning.
    var boundary = 0

    /// A parser at the start of a broadcast: expects an EBML header.
    package init(limits: MediaLimits) {
        self.limits = limits
    }

    /// What the parser holds back belongs to an element that is not complete: more input is needed
    /// before a body can end cleanly.
    package var isMidElement: Bool { unreadBytes > 0 || skipRemaining > 0 || draft != nil }

    /// Bytes were lost or were bad, and no place to go on was found yet.
    package var isSeeking: Bool { place == .seeking }

    /// The end of what was written so far on the output time line, in milliseconds.
    package var nextMediaTimeMs: Int64 { timeline.nextMs }

    /// What goes with `state()`: frames that wait for their turn, then unfinished input.
    package var carry: [UInt8] { order.encoded() + carried[carryStart...] }

    private var unreadBytes: Int { carried.count - carryStart }

    /// Takes input. Whole blocks come out as fragments at the end of `batch`; what is unfinished is
    /// carried. Stops early with `.initialization` when a header is complete; the caller decides
    /// what to do about it (see `continueTimeline(atMs:)`) and pushes the rest, even if it is nothing:
    /// frames may have come before the header was complete.
    ///
    /// Throws when a broadcast does not begin rightly, or when nothing valid has come for
    /// `lostBytes`. Then the fragments in `batch` are valid, the rest of the input is to be dropped,
    /// and the parser has resynchronized itself: more input may be pushed (see `resynchronize()`).
    package mutating func push(
        _ input: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> PushResult {
        losses = 0
        // What waited when input was lost is still good, and nothing continues it.
        if isSeeking { flush(into: &batch) }
        var position = 0
        while carryWantedBytes > 0 || position < input.count {
            let step =
                try unreadBytes == 0
                ? stepThroughInput(input, &position, into: &batch)
                : stepThroughCarry(input, &position, into: &batch)
            if case .initialization(let initialization, _) = step {
                return PushResult(
                    consumed: position, event: .initialization(initialization), losses: losses)
            }
            if case .needs = step, position == input.count { break }
        }
        boundary = position - unreadBytes
        withCarried { parser, carried in parser.closeFragment(in: &batch, before: carried) }
        return PushResult(consumed: position, event: .none, losses: losses)
    }

    /// A header that waits for the first key frames is to be complete with what is known: the next push
    /// says so. For the end of a body.
    package mutating func settleHeader() {
        guard awaitsFirstFrames else { return }
        isHeaderDue = true
        carryWantedBytes = unreadBytes
    }

    /// Writes the frames that wait for their turn: nothing more comes that they would wait for.
    package mutating func flush(into batch: inout FragmentBatch) {
        guard !order.held.isEmpty else { return }
        boundary = -unreadBytes
        withCarried { parser, carried in
            parser.writeHeld(before: carried, into: &batch)
            parser.closeFragment(in: &batch, before: carried)
        }
    }

    /// Moves what is carried out for the time being: the parser changes itself while it reads it.
    private mutating func withCarried(_ body: (inout WebMIngest, Span<UInt8>) -> Void) {
        var bytes: [UInt8] = []
        swap(&bytes, &carried)
        body(&self, bytes.span.extracting(carryStart...))
        swap(&bytes, &carried)
    }

    /// Reads one element from the input; puts what is unfinished into the carry.
    private mutating func stepThroughInput(
        _ input: Span<UInt8>, _ position: inout Int, into batch: inout FragmentBatch
    ) throws(MediaError) -> Step {
        boundary = position
        let window = input.extracting(position...)
        let step = try readOrRecover(window, into: &batch)
        switch step {
        case .needs(let count):
            precondition(count > window.count, "an element needs what is there")
            carried.append(copying: window)
            carryWantedBytes = count
            position = input.count
        case .consumed(let count), .initialization(_, let count):
            position += count
        }
        return step
    }

    /// Completes the carried element from the input, as far as it goes, and reads it.
    private mutating func stepThroughCarry(
        _ input: Span<UInt8>, _ position: inout Int, into batch: inout FragmentBatch
    ) throws(MediaError) -> Step {
        boundary = position - unreadBytes
        let missing = max(0, carryWantedBytes - unreadBytes)
        let taken = min(missing, input.count - position)
        carried.append(copying: input.extracting(position..<position + taken))
        position += taken
        guard taken == missing else { return .needs(carryWantedBytes) }
        var bytes: [UInt8] = []
        swap(&bytes, &carried)
        let unread = bytes.count - carryStart
        let step = try readOrRecover(bytes.span.extracting(carryStart...), into: &batch)
        swap(&bytes, &carried)
        switch step {
        case .needs(let count):
            precondition(count > unread, "an element needs what is there")
            carryWantedBytes = count
        case .consumed(let count), .initialization(_, let count):
            dropCarried(count)
        }
        return step
    }

    /// Nearly always everything, and then the memory is kept for the next one. Else it is only
    /// given up in large pieces, so that much that is carried is not moved with each element.
    private mutating func dropCarried(_ count: Int) {
        carryStart += count
        if carryStart == carried.count {
            carried.removeAll(keepingCapacity: true)
            carryStart = 0
        } else if carryStart >= 64 * 1_024 {
            carried.removeFirst(carryStart)
            carryStart = 0
        }
        carryWantedBytes = unreadBytes
    }

    /// Takes over what another parser carried; it is looked at with the next push.
    mutating func adopt(carry: [UInt8]) {
        carried = carry
        carryStart = 0
        carryWantedBytes = carry.count
    }

    /// Forgets what is unfinished.
    mutating func dropCarry() {
        carried.removeAll(keepingCapacity: true)
        carryStart = 0
        carryWantedBytes = 0
    }
}
