// What anybody may know of a channel, whether or not it is live.

import Accounts
import Channel
import StreamState

package struct PublicChannel: Equatable, Sendable {
    package let name: StreamName
    package let profile: Profile
    /// Nil when it has no picture.
    package let pictureTag: PictureTag?
    /// What the owner says of the broadcast that is on, or of the next one.
    package let words: BroadcastWords
    /// Those that were on lists, the newest first.
    package let broadcasts: [BroadcastRecord]

    package init(
        name: StreamName, profile: Profile, pictureTag: PictureTag? = nil, words: BroadcastWords,
        broadcasts: [BroadcastRecord]
    ) {
        self.name = name
        self.profile = profile
        self.pictureTag = pictureTag
        self.words = words
        self.broadcasts = broadcasts.filter { !$0.wasUnlisted }
    }

    /// What the owner says while nothing is on: nothing if the next broadcast is to be on no list.
    package var wordsWhileOffline: BroadcastWords { words.isUnlisted ? .none : words }

    /// The name that is shown.
    package var title: String {
        profile.displayName.isEmpty ? name.text : profile.displayName
    }
}
