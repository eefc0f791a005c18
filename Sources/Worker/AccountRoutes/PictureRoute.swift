// `GET /NAME/picture`: the picture of a channel (docs/http-api.md). Anybody may read it, from any page, and no
// answer depends on who asks.
//
// Which picture an account has is asked like all else about accounts, and remembered for as long. The picture
// itself comes from the store once: those who want one that is on its way wait for it together. The question is
// charged to the one who has waited longest. If it is refused because of that client, only this one hears so, and
// the next one asks.
//
// Owner: the worker's loop thread.

import Accounts
import Channel
import Credentials
import HTTP
import Settings
import StreamState

package final class PictureRoute {
    private let desk: AccountDesk
    private let credentials: Credentials
    private let crossOrigin: CrossOrigin
    private var shelf = PictureShelf()
    private var waiting: [StreamName: [Exchange]] = [:]
    private var waitingCount = 0

    package init(desk: AccountDesk, credentials: Credentials, crossOrigin: CrossOrigin) {
        self.desk = desk
        self.credentials = credentials
        self.crossOrigin = crossOrigin
    }

    package var routes: [Route] {
        [Route("picture", "/{name}/picture", readers: .everyPage, [.get: answer])]
    }

    private func answer(_ exchange: Exchange) {
        guard let name = try? StreamName(exchange.parameter(0)) else {
            return refuse(exchange, .noPicture)
        }
        credentials.owner(of: name, for: exchange.client) { [self] found in
            guard !exchange.isOver else { return }
            switch found {
            case .success(let account?) where !account.isDisabled: show(account, to: exchange)
            case .success: refuse(exchange, .noPicture)
            case .failure(let error):
                // While the store is away, the one of a moment ago will do.
                if let kept = shelf.find(name) { return show(kept, to: exchange) }
                refuse(exchange, Problem(error))
            }
        }
    }

    private func show(_ account: Account, to exchange: Exchange) {
        guard let tag = account.pictureTag else { return refuse(exchange, .noPicture) }
        if let kept = shelf.find(account.name), kept.tag == tag {
            return show(kept, to: exchange)
        }
        guard waitingCount < Limits.picturesAwaited else { return refuse(exchange, .picturesBusy) }
        waiting[account.name, default: []].append(exchange)
        waitingCount += 1
        if waiting[account.name]?.count == 1 { ask(for: exchange, account, tag) }
    }

    /// - Parameter asker: the first of those who wait for this picture.
    private func ask(for asker: Exchange, _ account: Account, _ tag: PictureTag) {
        desk.ask(for: asker.client) { service throws(AccountError) in
            try service.picture(of: account)
        } then: { [self] result in
            if case .success(let picture?) = result {
                shelf.put(picture, of: account.name, tag: tag)
            }
            var told = take(account.name)
            if case .failure(let error) = result, error.isAboutAsker {
                // Those who have gone do not ask, either.
                let others = told.dropFirst().filter { !$0.isOver }
                told = [asker]
                putBack(others, account.name)
                if let next = others.first { ask(for: next, account, tag) }
            }
            for exchange in told where !exchange.isOver {
                answer(exchange, result, of: account.name)
            }
        }
    }

    /// Those who have waited for a picture.
    private func take(_ name: StreamName) -> [Exchange] {
        let exchanges = waiting.removeValue(forKey: name) ?? []
        waitingCount -= exchanges.count
        return exchanges
    }

    private func putBack(_ exchanges: [Exchange], _ name: StreamName) {
        guard !exchanges.isEmpty else { return }
        waiting[name] = exchanges
        waitingCount += exchanges.count
    }

    private func answer(
        _ exchange: Exchange, _ result: Result<PictureRecord?, AccountError>, of name: StreamName
    ) {
        switch result {
        case .success(.some):
            if let kept = shelf.find(name) { show(kept, to: exchange) }
        case .success(nil): refuse(exchange, .noPicture)
        case .failure(let error): refuse(exchange, Problem(error))
        }
    }

    private func show(_ kept: PictureShelf.Kept, to exchange: Exchange) {
        kept.resource.answer(exchange, headers: crossOrigin.publicHeaders(for: exchange.request))
    }

    private func refuse(_ exchange: Exchange, _ problem: Problem) {
        exchange.respond(problem, headers: crossOrigin.publicHeaders(for: exchange.request))
    }
}

extension Problem {
    fileprivate static let noPicture = Problem(
        status: 404, slug: "no-picture", title: "There is no picture of this channel",
        detail: "Nobody has an account of this name, or it has no picture.")

    fileprivate static let picturesBusy = Problem(
        status: 503, slug: "picture-later", title: "Very many ask for pictures",
        detail: "Try again in a moment.", headers: [.retryAfter(seconds: 2)])
}
