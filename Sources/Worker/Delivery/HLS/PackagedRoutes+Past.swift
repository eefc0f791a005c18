// What is served of rings that a stream has had before (OpenPastRing): media that was listed, and the lists of tracks
// that the broadcast has no more.

import HTTP
import Media

extension PackagedRoutes {
    /// Media of a ring that has lost its name.
    func pastMedia(_ exchange: Exchange, _ name: MediaName, _ indexed: IndexedStream) -> Step {
        guard let past = indexed.past(epoch: name.epoch),
            let track = past.tracks.track(name.rendition)
        else { return .refuse(.unknownResource) }
        if case .initialization(let version) = name.content {
            let found = indexed.packaged.initialization(
                of: track, version: version, in: past.index, epoch: name.epoch)
            guard let found else { return .refuse(.unknownResource) }
            found.answer(exchange)
            return .answered
        }
        guard let view = IndexView(past.index, epoch: name.epoch, tracks: past.tracks),
            case .there(let ordinal, let parts) = view.find(name.content, of: track),
            let body = past.index.body(
                of: ordinal, rendition: track.place, parts: parts, from: past.opened.hold)
        else { return .refuse(.unknownResource) }
        MediaAnswer(
            of: ordinal, parts: parts, track: track, length: body.byteCount, named: name
        ).answer(exchange, with: body)
        return .answered
    }

    /// The list of a track that the broadcast has no more: it has come to its end.
    func endedList(
        _ exchange: Exchange, _ resource: ResourceName, _ name: RenditionName,
        _ indexed: IndexedStream
    ) -> Step {
        guard let view = indexed.endedView(of: name), let track = view.tracks.track(name) else {
            return .refuse(.unknownResource)
        }
        let form: MediaPlaylist.Form = view.control == nil ? .plain : .whole
        let lifetime = Lifetime.currentList(targetDurationMs: view.plan.targetDurationMs)
        answer(exchange, indexed, resource, form, lifetime) {
            view.playlist(of: track, resource.listContent).text(form)
        }
        return .answered
    }
}
