// What a new writer finds: where the last one stopped, and whether the ring is intact. It changes
// nothing, so it can be interrupted and repeated at any point.
//
// Writing starts again at the entry head. Whatever a killed writer had begun past it was never
// visible and is simply overwritten. The intents are not taken back: the old bytes that they
// announced may already have been destroyed, and a reader must not take those for whole.

struct RingRecovery {
    /// Entries checked against their checksums, and the bytes to read for that at most. A killed
    /// process cannot damage a committed entry; a machine that lost power can have lost pages.
    private static let verifiedEntries: UInt64 = 16
    private static let verifiedBytes = 1 << 20

    let entryHead: UInt64
    /// The data position after the newest entry.
    let head: UInt64
    /// How far data has been written or begun.
    let intent: UInt64
    /// The newest entry; nil when there is none yet.
    let newest: RingEntry?
    let snapshot: RingSnapshot
    /// Whether the last writer got further than its last `suspend`.
    let wasInterrupted: Bool

    /// Only the holder of the lease may call this. Errors: `invalid`.
    init(_ mapping: RingMapping) throws(RingError) {
        let geometry = mapping.layout.geometry
        let stored = mapping.word(RingLayout.entryHead).loadAcquiring()
        guard stored.isPosition else { throw .invalid("the entry head is impossible") }
        let entryHead = stored.position
        guard let snapshot = RingSnapshot.newest(in: mapping, entryHead: entryHead) else {
            throw .invalid("no snapshot belongs to the entry head")
        }
        newest = try Self.newestEntry(mapping, entryHead: entryHead)
        guard newest?.end ?? 0 == snapshot.head else {
            throw .invalid("the newest entry and the snapshot disagree")
        }
        let intent = mapping.word(RingLayout.intent).load().position
        let intentEntry = mapping.word(RingLayout.intentEntry).load().position
        guard intent >= snapshot.head, intentEntry >= entryHead, intentEntry <= entryHead + 1,
            intent - snapshot.head <= UInt64(geometry.fragmentBytes)
        else { throw .invalid("the intents do not fit the entry head") }
        self.entryHead = entryHead
        self.head = snapshot.head
        self.intent = intent
        self.snapshot = snapshot
        wasInterrupted =
            snapshot.kind == .append
            || mapping.word(RingLayout.attempt).load().bits != snapshot.version
        try Self.verifyNewest(mapping, entryHead: entryHead, intent: intent)
    }

    private static func newestEntry(
        _ mapping: RingMapping, entryHead: UInt64
    ) throws(RingError) -> RingEntry? {
        guard entryHead > 0 else { return nil }
        let newest = RingSlot.decode(
            mapping.slotWords(entryHead - 1), sequence: entryHead - 1,
            geometry: mapping.layout.geometry)
        guard let newest else { throw .invalid("the newest entry is damaged") }
        return newest
    }

    private static func verifyNewest(
        _ mapping: RingMapping, entryHead: UInt64, intent: UInt64
    ) throws(RingError) {
        let geometry = mapping.layout.geometry
        // The oldest slot may be the one that a killed writer has begun to overwrite.
        let count = min(verifiedEntries, entryHead, UInt64(geometry.entries) - 1)
        var bytesLeft = verifiedBytes
        for sequence in (entryHead - count..<entryHead).reversed() {
            let entry = RingSlot.decode(
                mapping.slotWords(sequence), sequence: sequence, geometry: geometry)
            guard let entry else { throw .invalid("entry \(sequence) is damaged") }
            // From here on, older data has been overwritten or soon will be.
            guard intent &- entry.position <= UInt64(geometry.dataBytes) else { return }
            let bytes = mapping.bytes(
                at: mapping.layout.byte(entry.position), count: entry.length)
            guard Checksum.crc32c(bytes) == entry.checksum else {
                throw .invalid("the data of entry \(sequence) is damaged")
            }
            bytesLeft -= entry.length
            if bytesLeft <= 0 { return }
        }
    }
}
