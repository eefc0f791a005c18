// `PUT|DELETE /api/me/picture`: the picture of a channel, which its owner sends as it is. It is looked through
// and put together anew (Picture); everybody gets it from PictureRoute.
//
// Owner: the worker's loop thread.

import Accounts
import HTTP
import Pictures
import Settings

extension AccountRoutes {
    /// PUT /api/me/picture
    func takePicture(_ exchange: Exchange) {
        let call = call(exchange, isForm: false)
        guard CrossSiteCheck.allows(exchange.request) else { return call.refuse(.crossSite) }
        WholeBody.read(exchange, mostBytes: Limits.pictureBytes) { [self] body in
            // Whose it is comes first: strangers get nothing looked through.
            owner(call) { account in
                do throws(Problem) {
                    guard let body else { throw .pictureTooLarge }
                    self.keep(try Self.picture(body), call, account)
                } catch { call.refuse(error) }
            }
        }
    }

    private static func picture(_ body: [UInt8]) throws(Problem) -> PictureRecord {
        do throws(PictureFault) {
            return PictureRecord(try Picture(checking: body, edgePixels: Limits.picturePixels))
        } catch { throw .notAPicture(error) }
    }

    private func keep(_ picture: PictureRecord, _ call: AccountCall, _ account: Account) {
        accounts.perform(for: call.exchange.client) { service throws(AccountError) in
            try service.setPicture(picture, of: account)
            return try service.current(account).profileJSON
        } then: { [self] result in
            switch result {
            case .success(let json):
                showOnBroadcast(account, for: call.exchange.client) {
                    call.answer(status: 200, json: json)
                }
            case .failure(let error): call.refuse(problem(error, of: call))
            }
        }
    }

    /// DELETE /api/me/picture
    func removePicture(_ exchange: Exchange) {
        let call = call(exchange, isForm: false)
        guard CrossSiteCheck.allows(exchange.request) else { return call.refuse(.crossSite) }
        owner(call) { account in
            self.accounts.perform(for: exchange.client) { service throws(AccountError) in
                try service.setPicture(nil, of: account)
            } then: { result in
                switch result {
                case .success:
                    self.showOnBroadcast(account, for: exchange.client) { call.answerNothing() }
                case .failure(let error): call.refuse(self.problem(error, of: call))
                }
            }
        }
    }
}

extension Problem {
    fileprivate static let pictureTooLarge = Problem(
        status: 413, slug: "picture-too-large", title: "The picture is too large",
        detail: "A channel's picture may have \(Limits.pictureBytes) bytes.")

    fileprivate static func notAPicture(_ fault: PictureFault) -> Problem {
        Problem(
            status: 415, slug: "not-a-picture", title: "This picture is not taken",
            detail: fault.sentence)
    }
}
