// The bytes of a segment that is being made, sent as it grows: each part when it is there. When the segment is
// whole, the response has ended with the same bytes as one that comes later.
//
// - It ends only with the end of the segment. If that never comes (the publisher is gone for too long, the
//   ring is replaced or has gone past it), the response is reset, so no cache keeps a piece as the whole.
// - It waits at the index like every request that is held, and counts as a viewer of its client meanwhile.
//   While a worker drains, it goes on.
// - It keeps no index and no ring: a client that takes nothing may lose its segment, as with all media.
//
// Owner: the worker's loop thread. The only unsafe part is the caller's buffer, which is handed on.

import HTTP
import Media
import Settings
import Streams

final class GrowingBody: BodySource, ExchangeHandler {
    private unowned let exchange: Exchange
    private weak var indexed: IndexedStream?
    private let hold: RingHold
    private let ordinal: UInt64
    private let place: Int
    private let patienceMs: UInt64
    /// What the segment was when it was looked at last.
    private var seen: (parts: [IndexedPart], revisions: UInt64)
    private let position: UInt64
    /// How many of its parts were taken into pieces.
    private var takenParts = 0
    private var hasSent = false
    private var isWhole = false
    /// Parts that are being sent.
    private var piece: SegmentBody?
    private var wait: SegmentWait?
    private var chargedBytes = 0

    private init(
        _ exchange: Exchange, _ indexed: IndexedStream, _ ordinal: UInt64, place: Int,
        _ segment: RenditionSegment, patienceMs: UInt64
    ) {
        self.exchange = exchange
        self.indexed = indexed
        hold = indexed.stream.hold
        self.ordinal = ordinal
        self.place = place
        self.patienceMs = patienceMs
        position = segment.position
        seen = (segment.parts, indexed.index.revisions)
    }

    /// Answers with a segment of which there is something.
    ///
    /// - Parameter patienceMs: for so long nothing may come.
    static func answer(
        _ exchange: Exchange, _ indexed: IndexedStream, _ ordinal: UInt64, track: PackagedTrack,
        patienceMs: UInt64, refuse: (Problem) -> Void
    ) {
        guard let segment = indexed.index.segment(ordinal, of: track.place) else {
            return refuse(.unknownResource)
        }
        if let problem = exchange.client.takeViewer() { return refuse(problem) }
        let body = GrowingBody(
            exchange, indexed, ordinal, place: track.place, segment, patienceMs: patienceMs)
        exchange.handler = body
        exchange.isMedia = true
        // Neither a tag nor a range: nobody knows its length yet.
        exchange.respond(
            status: 200,
            headers: [Lifetime.unchanging.field] + PackagedRoutes.fields
                + [HeaderField("content-type", track.contentType)],
            body: .stream(body))
    }

    // MARK: Bytes

    override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        while true {
            guard let piece else {
                if let end = nextPiece() { return end }
                continue
            }
            let production = unsafe piece.produce(into: buffer)
            guard case .last(let count) = production else {
                hasSent = true
                return production
            }
            hasSent = true
            self.piece = nil
            return isWhole ? .last(count) : .bytes(count)
        }
    }

    /// Takes what has come as the next piece, or says that nothing has.
    private func nextPiece() -> Production? {
        guard !isWhole else { return .end }
        guard let indexed, let segment = indexed.index.segment(ordinal, of: place),
            isSame(segment, indexed.index.revisions)
        else { return .abort }
        isWhole = segment.isComplete
        let parts = takenParts..<segment.parts.count
        takenParts = segment.parts.count
        let hasMedia = segment.parts[parts].contains { !$0.isGap }
        let isNothing = isWhole && segment.isEmpty && !hasSent
        if hasMedia || isNothing {
            piece = indexed.index.body(
                of: ordinal, rendition: place, parts: isNothing ? nil : parts, from: hold)
            guard let piece, charge(piece.heldBytes) else { return .abort }
            return nil
        }
        guard !isWhole else { return .end }
        waitForMore(indexed)
        return .wait
    }

    /// Whether what was sent is still the beginning of the segment: a ring that is read anew may tell
    /// otherwise.
    private func isSame(_ segment: RenditionSegment, _ revisions: UInt64) -> Bool {
        defer { seen = (segment.parts, revisions) }
        guard revisions != seen.revisions else { return true }
        return segment.position == position
            && segment.parts.starts(with: seen.parts.prefix(takenParts))
    }

    private func charge(_ bytes: Int) -> Bool {
        let bytes = bytes > Limits.heldBytesPerRequest ? bytes : 0
        if bytes > chargedBytes {
            guard exchange.client.take(.heldBytes, bytes - chargedBytes) else { return false }
        } else {
            exchange.client.giveBack(.heldBytes, chargedBytes - bytes)
        }
        chargedBytes = bytes
        return true
    }

    // MARK: Waiting

    private func waitForMore(_ indexed: IndexedStream) {
        wait?.cancel()
        wait = indexed.wait(
            for: .growth(of: ordinal, part: takenParts, isBegun: true), of: place,
            untilMs: indexed.stream.nowMs + patienceMs
        ) { [unowned self] in
            end($0)
        }
    }

    private func end(_ outcome: WaitOutcome) {
        wait = nil
        let isComplete = indexed?.index.segment(ordinal, of: place)?.isComplete ?? false
        switch outcome {
        case .reached, .ended: exchange.resume()
        // The end of a ring is the end of its last segment, also when another one has its name.
        case .replaced where isComplete: exchange.resume()
        case .replaced, .timedOut, .letGo: exchange.reset(.cancel)
        }
    }

    // MARK: ExchangeHandler

    func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
        // A GET with a body is legal; the body is ignored.
        exchange.credit(bytes.count)
    }

    func exchangeDidFinishBody(_ exchange: Exchange) {}

    func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) {
        wait?.cancel()
        wait = nil
        piece = nil
        exchange.client.giveBack(.heldBytes, chargedBytes)
        exchange.client.giveBack(.viewers)
    }
}
