// The ingest of WebM or Matroska: a broadcaster's bytes in, cut anywhere, and whole blocks in clusters
// of our own out. Pure: no clock, no I/O. What comes out depends on the input bytes alone, never on how
// they were cut into pushes; only the fragments' borders do.
//
// It joins a reader (WebMReader: elements in, frames out) and a writer (FragmentWriter: frames in,
// fragments out), which know nothing of each other. What is here is what needs both: the input that is
// not complete, where in the input a fragment ends, snapshots, and what becomes of a loss.
//
// A loss is not an end. Once a broadcast has begun, input that cannot be right is passed over up to
// the next Cluster or header that can (+Recovery), and counted.
//
// Nothing accepted is lost, and nothing is written twice, when another process goes on. A snapshot
// (`state()` and `carry`) is taken between two elements, or before one of which nothing was written yet;
// it includes frames that wait for their turn. When bodies are numbered, bytes that a killed worker had
// received after its last fragment come again. Otherwise they are lost with its connection, and so are
// the frames that waited for them.
//
// Formats: EBML RFC 8794, Matroska RFC 9559. What is accepted and what is changed: docs/media.md.
//
// Memory: at most one unfinished element is held, and frames of a track that is ahead up to a limit.
// Frame data is copied once, from the input into the batch, or twice when its block was cut or waits.

package struct WebMIngest: Sendable {
    var reader: WebMReader
    var writer: FragmentWriter

    /// Losses of this push.
    var losses = 0
    /// Unfinished input, in front of the next push, from `carryStart` on. At most one element.
    private var carried: [UInt8] = []
    private var carryStart = 0
    /// How long what is carried must be before it is worth looking at again.
    private var carryWantedBytes = 0
    /// Where, in this push's input, the element begins that is being read; below 0 when an earlier
    /// push brought its beginning.
    private(set) var boundary = 0

    /// A parser at the start of a broadcast: expects an EBML header.
    package init(limits: MediaLimits) {
        reader = WebMReader(limits: limits)
        writer = FragmentWriter(limits: limits)
    }

    /// The init of the broadcast that is being read; nil until its Tracks were read.
    package var initialization: Initialization? { reader.initialization }

    /// Bytes were lost or were bad, and no place to go on was found yet.
    var isSeeking: Bool { reader.isSeeking }

    /// The end of what was written so far on the output time line, in milliseconds.
    package var nextMediaTimeMs: Int64 { writer.timeline.nextMs }

    /// What goes with `state()`: the set-up of pictures, frames that wait for their turn, then unfinished
    /// input.
    package var carry: [UInt8] { writer.carried + carried[carryStart...] }
    /// The same for a body that does not continue this one: without what is unread.
    package var carryOfAnotherBody: [UInt8] { writer.carried }

    var unreadBytes: Int { carried.count - carryStart }

    // MARK: Input

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
            if case .initialization(let initialization, _, _) = step {
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
        guard reader.awaitsFirstFrames else { return }
        reader.isHeaderDue = true
        carryWantedBytes = unreadBytes
    }

    /// Writes the frames that wait for their turn: nothing more comes that they would wait for.
    package mutating func flush(into batch: inout FragmentBatch) {
        guard !writer.order.held.isEmpty else { return }
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
    ) throws(MediaError) -> WebMReader.Step {
        boundary = position
        let window = input.extracting(position...)
        let step = try readOrRecover(window, into: &batch)
        switch step {
        case .needs(let count):
            precondition(count > window.count, "an element needs what is there")
            carried.append(copying: window)
            carryWantedBytes = count
            position = input.count
        case .consumed(let count), .initialization(_, _, let count):
            position += count
        case .header, .block:
            preconditionFailure("taken by readOrRecover")
        }
        return step
    }

    /// Completes the carried element from the input, as far as it goes, and reads it.
    private mutating func stepThroughCarry(
        _ input: Span<UInt8>, _ position: inout Int, into batch: inout FragmentBatch
    ) throws(MediaError) -> WebMReader.Step {
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
        case .consumed(let count), .initialization(_, _, let count):
            dropCarried(count)
        case .header, .block:
            preconditionFailure("taken by readOrRecover")
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
