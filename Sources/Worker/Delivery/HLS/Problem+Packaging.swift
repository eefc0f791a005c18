// Refusals of HLS and DASH.

import HTTP
import Media
import StreamState

extension Problem {
    static let unknownResource = Problem(
        status: 404, slug: "unknown-media", title: "There is no such playlist or media",
        detail:
            "It is not there any more, or not yet, or it was never announced. index.m3u8 and "
            + "index.mpd name what is there.")

    static let noSegments = Problem(
        status: 404, slug: "no-segments", title: "The broadcast has no segments",
        detail: "It ended before the first one was complete.")

    static let noSegmentsYet = noSegmentsYet(forSeconds: 1)

    static func noSegmentsYet(forSeconds seconds: Int) -> Problem {
        Problem(
            status: 503, slug: "no-segments-yet", title: "The broadcast has no segments yet",
            detail: "The first ones are there some seconds after it has begun.",
            headers: [.retryAfter(seconds: seconds)])
    }

    static let noLowLatencyWithoutParts = noLowLatency(
        "Its media come too seldom or in too large pieces to promise chunks.")

    static let noLowLatencyWithoutPace = noLowLatency(
        "Its key frames do not come in even steps, so segments have no time of their own.")

    private static func noLowLatency(_ reason: String) -> Problem {
        Problem(
            status: 404, slug: "no-low-latency",
            title: "The broadcast has no low latency by DASH",
            detail: reason + " dash/index.mpd plays.")
    }

    static let notInTime = Problem(
        status: 503, slug: "media-not-in-time", title: "Nothing new has come in time",
        detail: "The broadcaster sends nothing just now. Ask again.",
        headers: [.retryAfter(seconds: 1)])

    static func badDirectives(_ sentence: String) -> Problem {
        Problem(
            status: 400, slug: "invalid-directives", title: "The directives cannot be followed",
            detail: sentence)
    }

    static let noSound = Problem(
        status: 404, slug: "no-sound", title: "There is no sound to be had by itself",
        detail: "The broadcast has no sound, or HLS cannot carry it.")

    /// A track is in the way.
    static func notPackaged(_ fault: MP4TrackError, hasSound: Bool) -> Problem {
        let other =
            fault.kind == .video && hasSound ? " The sound alone is at hls/sound.m3u8." : ""
        return Problem(
            status: 404, slug: "codec-not-packaged",
            title: "HLS and DASH cannot carry this broadcast", detail: fault.explanation + other)
    }
}
