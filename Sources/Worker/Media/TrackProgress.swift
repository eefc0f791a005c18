// The state of a track that is served while its frames go by. Plain numbers: every frame uses it.

struct TrackProgress: Sendable, Equatable {
    let isVideo: Bool
    /// Its key frames start clusters: the video track, which is the first one.
    let isLeading: Bool
    /// Its codec may store frames in another order than it shows them.
    let mayReorder: Bool
    /// The container says how long frames last.
    let hasFixedDuration: Bool
    /// Distance between frames: as the container says, otherwise the last one seen.
    var frameDurationMs: UInt16
    /// The output time of the newest frame that was taken.
    var lastTimeMs: Int64?
    /// Nothing has come yet, or media was lost: frames are dropped until the next key frame (video
    /// only).
    var awaitsKeyframe: Bool
    /// Frames that came in order, as far as that matters (see FrameOrder).
    var orderedFrames: UInt8
    /// The newest time that came, on the output time line (see FrameOrder).
    var arrivedMs: Int64?
    /// What is added to its source's time (see Timeline).
    var offsetMs: Int64 = 0

    /// Before two frames of a track were seen: one frame of 30 a second, one Opus packet.
    private static let firstGuessMs: (video: UInt16, sound: UInt16) = (33, 20)
    /// Longer gaps are pauses, not the duration of a frame.
    static let longestFrameMs: Int64 = 1_000

    /// A track with no frames yet. `index` is its place among the tracks that are served.
    init(_ track: MediaTrack, at index: Int, fixedDurationMs: UInt16?) {
        isVideo = track.kind == .video
        isLeading = isVideo && index == 0
        mayReorder = isVideo && !CodecName.keepsOrder(track.codec)
        hasFixedDuration = fixedDurationMs != nil
        let guess = TrackProgress.firstGuessMs
        frameDurationMs = fixedDurationMs ?? (isVideo ? guess.video : guess.sound)
        // The input may begin in the middle of a group of pictures.
        awaitsKeyframe = isVideo
        orderedFrames = mayReorder ? 0 : FrameOrder.enoughFrames
    }

    /// How long a frame lasts, if that is known, once one with this time has come.
    func frameDurationMs(nextMs: Int64, isReckoned: Bool) -> UInt16 {
        guard let lastTimeMs, !hasFixedDuration, !isReckoned else { return frameDurationMs }
        let distanceMs = nextMs - lastTimeMs
        return 1...TrackProgress.longestFrameMs ~= distanceMs
            ? UInt16(distanceMs) : frameDurationMs
    }

    /// A frame with this time was taken.
    mutating func note(_ timeMs: Int64, frameDurationMs: UInt16) {
        awaitsKeyframe = false
        self.frameDurationMs = frameDurationMs
        if mayReorder, orderedFrames < FrameOrder.enoughFrames { orderedFrames += 1 }
        lastTimeMs = timeMs
    }
}
