// Why a whole stream cannot be put into MP4: all its pictures, or all its sounds, are in the way. A track that
// cannot go is left out as long as another one of its kind is not; a broadcast that went silent or dark
// without a word would look like a fault.

extension MP4TrackError {
    /// Nil when the stream can go.
    package static func inTheWay(of tracks: [MediaTrack]) -> MP4TrackError? {
        var faults: [MP4TrackError] = []
        var kindsThatGo: [MediaTrack.Kind] = []
        for track in tracks {
            do {
                kindsThatGo.append(try MP4Track(track).kind)
            } catch {
                faults.append(error)
            }
        }
        return faults.first { !kindsThatGo.contains($0.kind) }
    }
}
