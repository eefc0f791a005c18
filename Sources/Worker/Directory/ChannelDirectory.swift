// The channels of this server, live or not, as strangers may know them. Each comes from the store of
// accounts, is asked for once for all who want it, and is believed for a while: changes that are made on
// this node are seen at once, others (and broadcasts that have just ended) after `Limits.channelFreshMs`.
//
// Owner: the worker's loop thread.

import Accounts
import Credentials
import HTTP
import LinuxIO
import Settings
import StreamState

package final class ChannelDirectory {
    private let desk: AccountDesk
    /// Nil where names belong to nobody: then there are no channels.
    private let credentials: Credentials?
    private let storeWatch: StoreWatch
    private let loop: EventLoop
    private let channels = CredentialCache<StreamName, PublicChannel>(
        freshMs: Limits.channelFreshMs, mostRemembered: Limits.channelsRemembered)

    /// - Parameter credentials: those that show who may publish; nil when anybody may.
    package init(
        desk: AccountDesk, credentials: Credentials?, storeWatch: StoreWatch, loop: EventLoop
    ) {
        self.desk = desk
        self.credentials = credentials
        self.storeWatch = storeWatch
        self.loop = loop
    }

    /// The channel of that name; nil when there is none. `then` is called once, unless the exchange ends
    /// first, and at once when nothing has to be asked or the store does not answer.
    package func find(
        _ name: StreamName, for exchange: Exchange,
        then: @escaping (Result<PublicChannel?, AccountError>) -> Void
    ) {
        guard let credentials else { return then(.success(nil)) }
        guard storeWatch.isAnswering else {
            return then(.failure(.unavailable(reason: "it did not answer a moment ago")))
        }
        channels.lookUp(
            name, nowMs: loop.nowMs, changes: credentials.changeCount,
            ask: { [desk] answer in
                desk.ask(for: exchange.client) { service throws(AccountError) in
                    try service.publicChannel(named: name)
                } then: {
                    answer($0)
                }
            }, then: { if !exchange.isOver { then($0) } })
    }
}

extension AccountService {
    /// Nil when there is none, or it is disabled.
    fileprivate func publicChannel(named name: StreamName) throws(AccountError) -> PublicChannel? {
        guard let account = try account(named: name.text), !account.isDisabled else { return nil }
        return PublicChannel(
            name: account.name, profile: account.profile, pictureTag: account.pictureTag,
            words: account.words,
            broadcasts: try broadcasts(of: account, limit: Limits.feedBroadcasts))
    }
}
