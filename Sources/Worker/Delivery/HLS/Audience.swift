// How many watch a stream by HLS or DASH. They hold no response open that could be counted, so this counts who
// has asked for something of the stream lately: within the last three to four target durations, for no
// request is held for longer than three.
//
// Who is who: over HTTP/2 a connection is a player; over HTTP/1.1, where a player may have several, an address
// is (or the /64 of an IPv6 address), in each worker that it has connections to. So players behind one cache
// count as one for each worker.
//
// The count is an estimate from sets of bits (linear counting): whoever asks sets one that follows from who
// it is, and the share of bits that are set says how many they were. That takes a few kilobytes however many
// they are, is exact for a few, and right within some percent for thousands.
//
// Pure; milliseconds of the loop come in.

struct Audience {
    private static let bits = 16_384
    private static let spans = 4
    private static let wordBits = UInt64.bitWidth
    private static let noBits = [UInt64](repeating: 0, count: bits / wordBits)

    /// A set for each span of time, the newest first; empty until somebody has come.
    private var sets: [[UInt64]] = []
    /// Which span the newest set is of, and how long spans are.
    private var span: UInt64 = 0
    private var spanMs: UInt64 = 0

    /// - Parameters:
    ///   - viewer: differs for different viewers, and is spread evenly.
    ///   - spanMs: a target duration.
    mutating func note(_ viewer: Int, nowMs: UInt64, spanMs: UInt64) {
        if sets.isEmpty { sets = Array(repeating: Self.noBits, count: Self.spans) }
        moveOn(nowMs: nowMs, spanMs: spanMs)
        let bit = Int(UInt(bitPattern: viewer) % UInt(Self.bits))
        sets[0][bit / Self.wordBits] |= 1 << UInt64(bit % Self.wordBits)
    }

    mutating func count(nowMs: UInt64, spanMs: UInt64) -> Int {
        guard !sets.isEmpty else { return 0 }
        moveOn(nowMs: nowMs, spanMs: spanMs)
        let set = sets[0].indices.reduce(0) { count, word in
            count + sets.reduce(0) { $0 | $1[word] }.nonzeroBitCount
        }
        return Self.estimate(set)
    }

    /// How many viewers set so many bits: for each of them, as many as it takes on the average until one
    /// finds a bit that was not set.
    private static func estimate(_ set: Int) -> Int {
        let most = min(set, bits - 1)
        return Int((0..<most).reduce(0.0) { $0 + Double(bits) / Double(bits - $1) }.rounded())
    }

    private mutating func moveOn(nowMs: UInt64, spanMs: UInt64) {
        let now = nowMs / max(spanMs, 1)
        defer {
            span = now
            self.spanMs = spanMs
        }
        // If spans have got another length, what is known stays for as many of them.
        guard spanMs == self.spanMs, now > span else { return }
        let gone = min(Int(clamping: now - span), Self.spans)
        sets = Array(repeating: Self.noBits, count: gone) + sets.dropLast(gone)
    }
}
