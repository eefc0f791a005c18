// What pages know of a channel, from its broadcast or from the directory.

import Channel
import Directory
import StreamState
import Streams
import Web

extension ChannelPreview {
    /// Nil when the broadcast has ended.
    init?(_ stream: LiveStream) {
        guard stream.state != .ended else { return nil }
        stream.refreshFigures()
        self.init(
            Face(stream), isLive: true, isUnlisted: !stream.isListed,
            still: stream.stillForm.flatMap {
                Still(contentType: $0.contentType, size: $0 == .jpeg ? nil : stream.firstSize)
            })
    }

    /// - Parameter lastStill: of its last broadcast.
    init(_ channel: PublicChannel, lastStill: Still?) {
        self.init(
            Face(
                name: channel.name, displayName: channel.profile.displayName,
                words: channel.wordsWhileOffline,
                picturePath: channel.pictureTag?.url(ofChannel: channel.name.text)),
            line: channel.profile.line, still: lastStill)
    }
}

extension Face {
    init(_ stream: LiveStream) {
        let about = stream.about
        self.init(
            name: stream.name, displayName: about.displayName, words: about.words,
            picturePath: about.pictureTag?.url(ofChannel: stream.name.text))
    }

    fileprivate init(
        name: StreamName, displayName: String, words: BroadcastWords, picturePath: String?
    ) {
        self.init(
            name: name.text, displayName: displayName, title: words.title,
            description: words.description, language: words.language, tags: words.tags,
            picturePath: picturePath)
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
