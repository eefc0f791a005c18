// Removes stills of broadcasts that are over when the account of whoever made them is gone: some in each
// round, one worker at a time. (Whoever asks for such a still before that is not given it, either.)
//
// Owner: the worker's loop thread.

import Credentials
import Settings
import StreamState
import Streams

package final class LastStillCare {
    private let lastStills: LastStills
    private let names: ChannelNames
    private let later: (UInt64, @escaping () -> Void) -> Void
    /// The next round goes on behind this name.
    private var place = ""

    /// - Parameter later: does something after so many milliseconds, on this thread.
    package init(
        lastStills: LastStills, names: ChannelNames,
        later: @escaping (UInt64, @escaping () -> Void) -> Void
    ) {
        self.lastStills = lastStills
        self.names = names
        self.later = later
    }

    /// Looks at them in rounds from now on.
    package func start() {
        later(Limits.lastStillsLookMs) { [self] in beginRound() }
    }

    private func beginRound() {
        guard lastStills.takeTurn() else { return start() }
        let all = lastStills.names
        let rest = all.filter { $0.text > place }
        // Behind the last one come the first ones.
        look(rest.isEmpty ? all[...] : rest[...], left: Limits.lastStillsAsked)
    }

    private func look(_ rest: ArraySlice<StreamName>, left: Int) {
        guard left > 0, let name = rest.first else { return endRound() }
        place = name.text
        names.holder(of: name) { [self] holder in
            if holder == .anybody || holder == .unknown { return endRound() }
            if let file = lastStills.find(name), !holder.mayBe(file.publisher) {
                lastStills.remove(name)
            }
            look(rest.dropFirst(), left: left - 1)
        }
    }

    private func endRound() {
        lastStills.giveTurnBack()
        start()
    }
}
