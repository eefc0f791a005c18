// What pages know of a channel, from its broadcast or from the directory.

import Directory
import Streams
import Web

extension ChannelPreview {
    /// Nil when the broadcast has ended.
    init?(_ stream: LiveStream) {
        guard stream.state != .ended else { return nil }
        stream.refreshFigures()
        let about = stream.about
        self.init(
            name: stream.name.text, displayName: about.displayName, title: about.words.title,
            description: about.words.description, isLive: true,
            still: stream.stillForm.flatMap {
                Still(contentType: $0.contentType, size: $0 == .jpeg ? nil : stream.firstSize)
            })
    }

    init(_ channel: PublicChannel) {
        let words = channel.wordsWhileOffline
        self.init(
            name: channel.name.text, displayName: channel.profile.displayName, title: words.title,
            description: words.description.isEmpty ? channel.profile.line : words.description)
    }
}

extension LiveStream {
    /// The size of its pictures when it began.
    fileprivate var firstSize: (width: Int, height: Int)? {
        guard let video = tracks.first(where: { $0.kind == .video }), let width = video.width,
            let height = video.height
        else { return nil }
        return (width, height)
    }
}
