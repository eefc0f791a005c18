// Limits: media and the ring. See Limits.swift.

extension Limits {
    // MARK: Media

    /// Name: the init: EBML header, Info and Tracks as served to viewers. CodecPrivate is most of it.
    package static let initializationBytes = 64 * 1024
    /// Name: a block (one frame). A 4K key frame at a very high rate is about 2 MB.
    package static let blockBytes = 4 * 1024 * 1024
    /// Name: any other element that must be held whole (a track entry, a cluster's small fields).
    package static let elementBytes = 64 * 1024
    /// Name: tracks of one stream.
    package static let tracks = 8
    /// Name: the longest cluster while there is no picture; else one starts at every key frame.
    package static let soundClusterDurationMs = 1_000
    /// Name: after so many bytes in a row without anything valid, a broadcast's body is refused.
    /// That is several clusters of a very high rate, because broken media is skipped up to the next
    /// one.
    package static let lostMediaBytes = 16 * 1024 * 1024
    /// Name: how often a body's losses are logged at most.
    package static let lossLogIntervalMs: UInt64 = 10_000
    /// Name: how much media a track that is ahead of the others is held. Muxers that write sound ahead
    /// of the picture do so by a few frames.
    package static let orderWindowMs: Int64 = 200
    /// Name: after so much media in order nothing is held any more.
    package static let orderMemoryMs: Int64 = 5_000
    /// Name: bytes of frames that are held: the window of a picture of 20 Mbit/s.
    package static let heldMediaBytes = 512 * 1024
    /// Name: frames that are held: the window of several tracks of short frames.
    package static let heldFrames = 256
    /// Name: when no picture has come for this long, the picture has stopped, and newcomers begin
    /// with sound alone. Slide shows and shared screens bring a frame a second.
    package static let pictureSilenceMs: Int64 = 2_000
    /// Name: how much media a header waits through if only a key frame says how its codec is set
    /// up. Key frames come sooner; a broadcast that has none begins without that.
    package static let firstFrameMs: Int64 = 2_000
    /// Name: when a track's time steps back by more than this, its clock was set. Frames that are
    /// stored in another order than they are shown step back by less.
    package static let jumpBackMs: Int64 = 1_000
    /// Name: the same for a step ahead of all tracks. A gap of some seconds is a pause of the source.
    package static let jumpForwardMs: Int64 = 10_000

    // MARK: Ring

    /// Setting: the size of a ring's data that an operator may choose (rounded up to a power of two).
    package static let ringBytes = 1 * 1024 * 1024...4 * 1024 * 1024 * 1024
    /// Name: index entries per ring: at 100 blocks a second, each its own entry, this is over five
    /// minutes.
    package static let ringEntries = 32_768
    /// Name: how long a ring keeps its viewers after its name has gone to a newer one. A viewer who
    /// keeps up has the rest in much less.
    package static let replacedRingMs: UInt64 = 5_000
    /// Name: how many such rings of one name may be in use, beside those below: somebody may change
    /// camera, microphone and screen within a few seconds, but not more.
    package static let replacedRingsPerName = 3
    /// Name: of how many rings that a name has had before, lists still name segments, and media can
    /// still be fetched. Each takes its room on the disk meanwhile.
    package static let pastRingsPerName = 2
    /// Name: how much of the newest media lists name if the oldest of it is in such a ring: more than six
    /// segments of the longest target duration.
    package static let pastMediaListedMs: UInt64 = 90_000
    /// Name: such a ring goes when so much media has come in after it: what has left the list can be fetched
    /// for as long again as the list is (RFC 8216, section 6.2.2).
    package static let pastRingKeptMs: UInt64 = 2 * pastMediaListedMs
    /// Name: how many new rings one worker makes for it at once; after that, one per interval.
    package static let newRingsAtOnce: UInt64 = 20
    package static let newRingIntervalMs: UInt64 = 1_000
    /// Name: for how long it is known which rings of other versions its folder has. They come while
    /// another server runs on the same data, or when somebody puts them there.
    package static let otherVersionsKnownMs: UInt64 = 10_000
    /// Worker: how many viewers of one worker are reset in one turn of its loop: a few milliseconds
    /// of work.
    package static let viewersResetPerTurn = 256
    /// Machine: a ring is put aside after so many workers have died while putting it in order. One
    /// of them may have been killed by somebody at that moment.
    package static let recoveryDeaths = 2
    /// Machine: how many damaged rings the data directory keeps for somebody to look at.
    package static let damagedRingsKept = 4
    /// Machine: how much of the disk rings leave free for accounts and records, which are small: a
    /// fiftieth of it, between these bounds. On a disk below 1 GiB a sixteenth is enough.
    package static let diskReserveBytes: ClosedRange<UInt64> =
        64 * 1024 * 1024...1024 * 1024 * 1024
    /// Name: what the writer may keep with each commit so that another worker can go on (see RingWriter).
    package static let writerStateBytes = 1_024
}
