// The tracks of a stream as HLS and DASH have them, or why they cannot (MP4TrackError). Those that cannot are
// left out.

import Media

/// One track in files of its own. A class, because each request handles some, and a copy would count every
/// reference in it.
final class PackagedTrack {
    /// Its place among the stream's tracks, and so in the index.
    let place: Int
    let name: RenditionName
    let media: MediaTrack
    let track: MP4Track

    init(place: Int, name: RenditionName, media: MediaTrack, track: MP4Track) {
        self.place = place
        self.name = name
        self.media = media
        self.track = track
    }

    /// With another set-up of pictures; nil when it cannot go into MP4 like that.
    func with(_ setUp: PictureSetUp?) -> MP4Track? {
        guard let setUp, !isSound else { return track }
        return try? MP4Track(media.with(setUp))
    }

    var isSound: Bool { track.kind == .audio }
    var contentType: String { isSound ? "audio/mp4" : "video/mp4" }
}

struct PackagedTracks {
    let all: [PackagedTrack]
    /// Why nothing can be offered that has everything; nil when it can.
    let fault: MP4TrackError?

    init(_ tracks: [MediaTrack]) {
        all = tracks.enumerated().compactMap { place, media in
            guard let track = try? MP4Track(media) else { return nil }
            return PackagedTrack(
                place: place, name: RenditionName(kind: media.kind, track: media.number),
                media: media, track: track)
        }
        fault = MP4TrackError.inTheWay(of: tracks)
    }

    var picture: PackagedTrack? { all.first { !$0.isSound } }
    var sounds: [PackagedTrack] { all.filter(\.isSound) }

    func track(_ name: RenditionName) -> PackagedTrack? { all.first { $0.name == name } }
}
