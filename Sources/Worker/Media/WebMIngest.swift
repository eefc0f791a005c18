// The ingest parser: a broadcaster's WebM or Matroska in, cut anywhere, and whole blocks in
// clusters of our own out. Pure: no clock, no I/O. What comes out depends on the input bytes alone,
// never on how they were cut into pushes; only the fragments' borders do.
//
// Formats: EBML RFC 8794, Matroska RFC 9559. What is accepted and what is changed: docs/media.md.
//
// Memory: at most one unfinished element is held (`carry`). Frame data is copied once, from the
// input into the batch, or twice when its block was cut.

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
    var seekScannedBytes: UInt64 = 0

    /// Unfinished input, in front of the next push. At most one element.
    package private(set) var carry: [UInt8] = []
    /// How long `carry` must be before it is worth looking at again.
    private var carryWantedBytes = 0

    // MARK: Position in the output

    var timeline = Timeline()
    /// A cluster was begun that more blocks may go into.
    var isClusterOpen = false
    var clusterStartMs: Int64 = 0
    var lastBlockMs: Int64 = 0
    /// The next block starts a cluster that does not continue what came before.
    var isDiscontinuityPending = false
    /// The fragment this push is writing; nil between pushes.
    var openFragment: OpenFragment?
    /// Bytes of this push's input before the element that is being read.
    var boundary = 0

    /// A parser at the start of a broadcast: expects an EBML header.
    package init(limits: MediaLimits) {
        self.limits = limits
    }

    /// What the parser holds back belongs to an element that is not complete: more input is needed
    /// before a body can end cleanly.
    package var isMidElement: Bool { !carry.isEmpty || skipRemaining > 0 || draft != nil }

    /// Bytes were lost or were bad, and no place to go on was found yet.
    package var isSeeking: Bool { place == .seeking }

    /// The end of what was written so far on the output time line, in milliseconds.
    package var nextMediaTimeMs: Int64 { timeline.nextMs }

    /// Takes input. Whole blocks come out as fragments at the end of `batch`; what is unfinished is
    /// carried. Stops early with `.initialization` when a header is complete; the caller decides
    /// what to do about it (see `continueTimeline(atMs:)`) and pushes the rest.
    ///
    /// After an error the fragments in `batch` are valid, the rest of the input is to be dropped,
    /// and the parser has resynchronized itself: more input may be pushed (see `resynchronize()`).
    package mutating func push(
        _ input: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> PushResult {
        var position = 0
        do {
            while carryWantedBytes > 0 || position < input.count {
                let step =
                    try carry.isEmpty
                    ? stepThroughInput(input, &position, into: &batch)
                    : stepThroughCarry(input, &position, into: &batch)
                if case .initialization(let initialization, _) = step {
                    return PushResult(consumed: position, event: .initialization(initialization))
                }
                if case .needs = step, position == input.count { break }
            }
        } catch {
            closeFragment(in: &batch)
            resynchronize()
            throw error
        }
        boundary = position - carry.count
        closeFragment(in: &batch)
        return PushResult(consumed: position, event: .none)
    }

    /// Reads one element from the input; puts what is unfinished into the carry.
    private mutating func stepThroughInput(
        _ input: Span<UInt8>, _ position: inout Int, into batch: inout FragmentBatch
    ) throws(MediaError) -> Step {
        boundary = position
        let window = input.extracting(position...)
        let step = try readNext(window, into: &batch)
        switch step {
        case .needs(let count):
            precondition(count > window.count, "an element needs what is there")
            carry.append(copying: window)
            carryWantedBytes = count
            position = input.count
        case .consumed(let count):
            position += count
        case .initialization(_, let count):
            position += count
        }
        return step
    }

    /// Completes the carried element from the input, as far as it goes, and reads it.
    private mutating func stepThroughCarry(
        _ input: Span<UInt8>, _ position: inout Int, into batch: inout FragmentBatch
    ) throws(MediaError) -> Step {
        boundary = position - carry.count
        let missing = max(0, carryWantedBytes - carry.count)
        let taken = min(missing, input.count - position)
        carry.append(copying: input.extracting(position..<position + taken))
        position += taken
        guard taken == missing else { return .needs(carryWantedBytes) }
        // Moved out for the time being: the parser changes itself while it reads the bytes.
        var held: [UInt8] = []
        swap(&held, &carry)
        let step = try readNext(held.span, into: &batch)
        switch step {
        case .needs(let count):
            precondition(count > held.count, "an element needs what is there")
            carryWantedBytes = count
        case .consumed(let count):
            WebMIngest.drop(count, from: &held)
            carryWantedBytes = held.count
        case .initialization(_, let count):
            WebMIngest.drop(count, from: &held)
            carryWantedBytes = held.count
        }
        swap(&held, &carry)
        return step
    }

    /// Nearly always everything, and then the memory is kept for the next one.
    private static func drop(_ count: Int, from held: inout [UInt8]) {
        if count == held.count {
            held.removeAll(keepingCapacity: true)
        } else {
            held.removeFirst(count)
        }
    }

    /// Takes over what another parser carried; it is looked at with the next push.
    mutating func adopt(carry: [UInt8]) {
        self.carry = carry
        carryWantedBytes = carry.count
    }

    /// Forgets what is unfinished.
    mutating func dropCarry() {
        carry.removeAll(keepingCapacity: true)
        carryWantedBytes = 0
    }
}
