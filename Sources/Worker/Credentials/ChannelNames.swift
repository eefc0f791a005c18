// Which names are anybody's. Where publishing needs an account, only the name of one can ever go live, so
// whoever asks for another name is told so instead of waiting for ever.
//
// Names are public: signing up tells whether one is taken, and so does a stream. What is asked here tells
// no more. The store is asked in the name of the client, which has so many questions at a time and no
// more, and what it says is remembered as credentials are.
//
// Owner: the worker's loop thread.

import HTTP
import StreamState

package final class ChannelNames {
    /// Whether there is a stream of that name.
    private let hasStream: (StreamName) -> Bool
    /// Nil where anybody may publish under any name.
    private let credentials: Credentials?
    private let storeWatch: StoreWatch

    package init(
        credentials: Credentials?, storeWatch: StoreWatch,
        hasStream: @escaping (StreamName) -> Bool
    ) {
        self.hasStream = hasStream
        self.credentials = credentials
        self.storeWatch = storeWatch
    }

    /// Calls `then` once, at once when nothing has to be asked: with false when nobody has the name. A
    /// store that does not answer says nothing against it, and is not waited for.
    package func look(up name: StreamName, for exchange: Exchange, then: @escaping (Bool) -> Void) {
        guard let credentials, !hasStream(name), storeWatch.isAnswering else {
            return then(true)
        }
        credentials.owner(of: name, for: exchange.client) { result in
            guard !exchange.isOver else { return }
            if case .success(nil) = result { return then(false) }
            then(true)
        }
    }
}
