// What a broadcast that is over has said of itself, for those who write it down. Its account may say something
// else by then: the words of the next one.
//
// Owner: the worker's loop thread.

import StreamState

package struct LastWords {
    /// Empty when it had none.
    package let title: String
    package let isUnlisted: Bool

    /// Call before the folder of the stream goes.
    package init(of name: StreamName, dataDirectory: String) {
        let words = AboutFile.contents(of: name, dataDirectory: dataDirectory).words
        title = words.title
        isUnlisted = words.isUnlisted
    }
}
