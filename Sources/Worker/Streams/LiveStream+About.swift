// What a stream says of itself (see AboutFile).

import Channel
import StreamState

extension LiveStream {
    /// What it says of itself.
    package var about: About {
        aboutFile.look(changes: environment.changes.count, nowMs: environment.loop.nowMs)
        return aboutFile.about
    }

    /// Whether lists name it.
    package var isListed: Bool { !about.words.isUnlisted }

    /// Has it say something else from now on, in every worker.
    package func show(_ about: About) {
        do {
            try aboutFile.write(about, slot: environment.slot)
            environment.changes.announce()
            environment.diskCare.keep(aboutFile.path)
        } catch {
            environment.logger.debug(
                "what a stream says could not be kept",
                metadata: ["stream": "\(name)", "error": "\(error)"])
        }
    }
}

extension LiveStreams {
    /// Has what an account has live say something else from now on, also while nobody sends it.
    /// - Parameter publisher: the account's identity.
    package func show(_ about: About, of name: StreamName, publishedBy publisher: UInt64) {
        guard let stream = find(name), stream.state != .ended,
            stream.ring.status.publisherKey.identity == publisher, stream.about != about
        else { return }
        stream.show(about)
    }
}
