// What a stream says of itself (see AboutFile).

import Channel

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
        } catch {
            environment.logger.debug(
                "what a stream says could not be kept",
                metadata: ["stream": "\(name)", "error": "\(error)"])
        }
    }
}
