// Limits: delivery and events. See Limits.swift.

extension Limits {
    // MARK: Delivery

    /// Name: doorbells of one stream are rung at most this often.
    package static let doorbellIntervalMs: UInt64 = 20
    /// Worker: a doorbell does not say whose ring has grown, so the worker that hears it looks at all that
    /// it watches, a tenth of a microsecond each. There is a millisecond between two looks for so many.
    package static let streamsLookedAtPerMs: UInt64 = 250
    /// Worker: the more viewers it has, the longer it gathers a stream's media before it wakes them: a
    /// millisecond more for so many of them. The stream's own viewers count up to the longest interval, those
    /// of all streams up to the longest interval of few.
    package static let viewersPerMsOfGathering: UInt64 = 5
    package static let deliveryIntervalLongestMs: UInt64 = 200
    package static let deliveryIntervalOfFewLongestMs: UInt64 = 100
    /// Worker: viewers of a stream are woken so many at a time. What a wake-up touches of them, some KiB
    /// each, is then still in the processor's cache when they are sent to.
    package static let viewersWokenAtOnce = 48
    /// Request: if a stream has no place left where a viewer can begin, the viewer is answered when
    /// the next such place comes, or refused after this time. Longer than most encoders go without
    /// a key frame, shorter than players and proxies wait for an answer.
    package static let startAwaitedMs: UInt64 = 10_000
    /// Request: a viewer who has got everything and gets nothing more (a pause, or no key frame yet) gets
    /// three bytes of nothing this often: proxies end responses that are silent for 30 to 60 seconds.
    package static let silenceFilledMs: UInt64 = 10_000
    /// Name: after this time, the log tells of a live stream that nobody can join and nobody ever
    /// could; a stream that can be joined no longer is told at once.
    package static let startOverdueMs: UInt64 = 5_000
    /// Name: how often the log repeats that.
    package static let unjoinableLogMs: UInt64 = 60_000
    /// Worker: viewers of one worker, in all streams together.
    package static let viewersPerWorker = 16_000
    /// Client: viewers of one client.
    package static let viewersPerClient = 4_000
    /// Client: how many viewers, or event subscribers, a client with few may still have when the
    /// worker has all it may have.
    package static let viewersOfSmallClient = 8

    // MARK: Segments

    /// Name: samples and parts of one segment of one track: a minute of pictures at 120 a second, which is the
    /// longest segment of ours. A response keeps 16 bytes of each sample.
    package static let samplesPerSegment = 8_192
    /// Name: segments that a list names: over half an hour of ordinary ones. A publisher may make very short
    /// ones, and a list is written anew whenever it changes.
    package static let segmentsPerList = 1_024
    /// Name: segments of one stream's index; more than a list names, so that those can still be fetched.
    package static let segmentsPerIndex = 2 * segmentsPerList
    /// Name: samples and parts of one stream's index, in one worker: over two hours of pictures and sound, 16 MB.
    package static let samplesPerIndex = 1024 * 1024
    /// Name: the largest entry that an index looks at. A fragment of ours is at most a block and as much
    /// as fits in front of it.
    package static let indexedEntryBytes = blockBytes + 256 * 1024
    /// Worker: how much of rings all indexes read in one turn of the loop: about a millisecond.
    package static let indexedBytesPerTurn = 4 * 1024 * 1024
    /// Name: how much an index that is up to date may read beside that, so that news of one stream need not
    /// wait for the past of another: what comes in some tenths of a second.
    package static let indexedNewsBytes = 256 * 1024
    /// Name: so long after its end a broadcast whose writer has not let go counts as written: some worker
    /// has died.
    package static let lastMediaMs: UInt64 = 1_000
    /// Name: for how long an answer to HLS or DASH is given again without a look at anything but the index:
    /// a crowd comes within this, and nothing that depends on the time is later by more.
    package static let answersReadyMs: UInt64 = 100
    /// Name: parts up to this size are kept as they are sent, as long as others ask for them: those of sound.
    /// Up to 64 of them, so a megabyte.
    package static let keptPartBytes = 16 * 1024
    /// Name: a broadcast that was over before it had a plan of segments is one segment if it lasts no longer than
    /// this: the longest target duration that players are told. Entries that are looked at for it: so much media
    /// has fewer.
    package static let unplannedMediaMs: UInt64 = 60_000
    package static let unplannedEntries: UInt64 = 16_384
    /// Worker: an index that nobody has asked for anything for this long is dropped. Players ask for a
    /// list every few seconds.
    package static let indexKeptMs: UInt64 = 30_000
    /// Worker: how often indexes are looked at: who still asks for them, and how many do.
    package static let indexLookMs: UInt64 = 1_000
    /// Worker: samples of all indexes together: 128 MB.
    package static let samplesPerWorker = 8 * 1024 * 1024
    /// Worker: how long one turn of the loop answers requests that have waited, in microseconds. Each costs
    /// about ten, and thousands may wait for the same part.
    package static let answersSliceUs: UInt64 = 1_000
    /// Worker: for how many such requests at once the memory of their line is kept.
    package static let answersKept = 1_024
    /// Request: how long one for a list is held that is still too short. Until two key frames have come that
    /// are 8 s apart, and shorter than players and proxies wait for an answer (20 s and more).
    package static let firstListAwaitedMs: UInt64 = 18_000
    /// Request: when it should come again after that, at the latest.
    package static let retryFirstListSeconds = 12
    /// Name: how long caches may keep a segment, a part or an init. Its name never means anything else, and
    /// nobody asks for it when no list names it any more; a day is longer than most rings.
    package static let mediaKeptByCachesSeconds: UInt64 = 86_400
    /// Name: for so many target durations after the end of a broadcast, the next one of its name keeps what
    /// its lists promised: caches keep some of them for so long.
    package static let promisedTargetDurations: UInt64 = 6

    // MARK: Stills

    /// Name: bytes of a still, and of the entry of a ring from which one is made. Most key frames of a camera
    /// have a tenth; above, a picture costs those who look at a page more than it is worth.
    package static let stillBytes = 1024 * 1024
    /// Name: a still that is no older than this is given again although there is a newer key frame.
    package static let stillKeptMs: UInt64 = 2_000
    /// Worker: stills that are kept to be given again: some hundreds of them.
    package static let stillsKeptBytes = 64 * 1024 * 1024
    /// Worker: for how long stills may be made in one go, in microseconds; in the long run a tenth of the time.
    package static let stillsBurstUs: UInt64 = 20_000
    /// Request: a still that a studio sends: a JPEG of 640 pixels has less than half.
    package static let studioStillBytes = 128 * 1024
    /// Request: how wide and how high it may be.
    package static let studioStillPixels = 16...2_048
    /// Name: how often one may be sent: three times as often as our own page does.
    package static let studioStillEveryMs: UInt64 = 5_000
    /// Name: so much more may have been broadcast since for a studio's still to be shown. Our page sends one
    /// every 15 seconds.
    package static let studioStillFreshMs: UInt64 = 30_000
    /// Machine: stills that stay of broadcasts that are over, and their bytes, about.
    package static let lastStills = 2_000
    package static let lastStillsBytes = 64 * 1024 * 1024
    /// Worker: after so many new ones, or so many bytes, it is looked whether there are too many.
    package static let lastStillsUncounted = 32
    package static let lastStillsUncountedBytes = 1024 * 1024
    /// Worker: how often stills that stay are looked at: whether their account is still there. So many are
    /// asked for at a time, which makes all of them in about half an hour.
    package static let lastStillsLookMs: UInt64 = 60_000
    package static let lastStillsAsked = 64

    // MARK: Events

    /// Worker: open event responses of one worker.
    package static let eventSubscribersPerWorker = 16_000
    /// Client: open event responses of one client.
    package static let eventSubscribersPerClient = 4_000
    /// Worker: how often streams are looked at for changes that nobody announces, as long as somebody
    /// subscribes.
    package static let eventLookMs: UInt64 = 250
    /// Worker: changes of state are told at once, but no more often than this: the shortest interval,
    /// and the longest when very many listen and somebody changes streams all the time.
    package static let eventStateMs: ClosedRange<UInt64> = 50...1_000
    /// Worker: how often figures are told: the shortest interval, and the longest when very many
    /// listen.
    package static let eventFiguresMs: ClosedRange<UInt64> = 1_000...30_000
    /// Worker: how much one worker spends on telling figures.
    package static let eventFiguresBytesPerSecond: UInt64 = 2 * 1024 * 1024
    /// Worker: how much it spends on changes of state when there are many: a sixth of a processor.
    package static let eventStateBytesPerSecond: UInt64 = 16 * 1024 * 1024
    /// Worker: what it costs to send anything at all to one subscriber, in bytes sent to one that is
    /// busy.
    package static let eventWakeBytes = 1_000
    /// Request: a subscriber that has nothing to hear for this time gets a comment.
    package static let eventKeepAliveMs: UInt64 = 15_000
    /// Worker: how long clients wait before they connect again. The times differ, because all
    /// responses of a process end at once when it ends.
    package static let eventRetryMs = 500...1_500
    /// Worker: how many streams that are gone are remembered for subscribers that have not heard of
    /// it yet.
    package static let eventsGoneKept = 1_000
}
