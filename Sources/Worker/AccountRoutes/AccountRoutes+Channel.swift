// What owners say of their channel: the words of their broadcasts, and their profile (its picture is in
// AccountRoutes+Picture). By session or, so that encoders and their scripts can, by stream key.
//
// Owner: the worker's loop thread.

import Accounts
import Channel
import Credentials
import HTTP
import Text

extension AccountRoutes {
    var channelRoutes: [Route] {
        [
            Route(
                "me-channel", "/api/me/broadcast",
                [.get: describe(\.words.json), .put: action(changeWords)]),
            Route(
                "me-channel", "/api/me/profile",
                [.get: describe(\.profileJSON), .put: action(changeProfile)]),
            Route("me-channel", "/api/me/picture", [.put: takePicture, .delete: removePicture]),
        ]
    }

    /// GET: what the owner says now.
    private func describe(_ part: @escaping (Account) -> JSONValue) -> Route.Handler {
        { [self] exchange in
            let call = call(exchange, isForm: false)
            owner(call) { account in
                self.accounts.look(for: exchange.client) { accounts throws(AccountError) in
                    try accounts.current(account)
                } then: { result in
                    switch result {
                    case .success(let account): call.answer(status: 200, json: part(account))
                    case .failure(let error): call.refuse(self.problem(error, of: call))
                    }
                }
            }
        }
    }

    /// PUT /api/me/broadcast
    private func changeWords(_ call: AccountCall, _ form: AccountForm) {
        change(call, form, read: { json throws(ChannelFault) in try BroadcastWords(json) }) {
            service, words, account throws(AccountError) in
            try service.setWords(words, of: account)
            return words.json
        }
    }

    /// PUT /api/me/profile
    private func changeProfile(_ call: AccountCall, _ form: AccountForm) {
        change(call, form, read: { json throws(ChannelFault) in try Profile(json) }) {
            service, profile, account throws(AccountError) in
            try service.setProfile(profile, of: account)
            return try service.current(account).profileJSON
        }
    }

    private func change<Said: Sendable>(
        _ call: AccountCall, _ form: AccountForm,
        read: (JSONValue) throws(ChannelFault) -> Said,
        set: @escaping @Sendable (AccountService, Said, Account) throws(AccountError) -> JSONValue
    ) {
        guard !form.isForm else { return call.refuse(.jsonOnly) }
        let said: Said
        do throws(ChannelFault) {
            guard let json = form.json else { return call.refuse(.malformedBody) }
            said = try read(json)
        } catch { return call.refuse(Problem(error)) }
        owner(call) { account in
            self.accounts.perform(for: call.exchange.client) { service throws(AccountError) in
                try set(service, said, account)
            } then: { result in
                switch result {
                case .success(let json):
                    self.showOnBroadcast(account, for: call.exchange.client) {
                        call.answer(status: 200, json: json)
                    }
                case .failure(let error): call.refuse(self.problem(error, of: call))
                }
            }
        }
    }

    /// What the account says of its channel has changed: has it shown on what is live, and goes on.
    func showOnBroadcast(
        _ account: Account, for client: ClientShare, then goOn: @escaping () -> Void
    ) {
        accounts.look(for: client) { accounts throws(AccountError) in
            try accounts.current(account)
        } then: { [self] result in
            // Else whoever sends the broadcast finds it a moment later.
            if case .success(let current) = result { onChannelChange(current) }
            goOn()
        }
    }

    /// Goes on with the account that the request's stream key or session belongs to.
    func owner(_ call: AccountCall, _ goOn: @escaping (Account) -> Void) {
        guard case .streamKey(let key) = PresentedCredential(call.request) else {
            return signedIn(call) { goOn($0.account) }
        }
        credentials.account(withStreamKey: key, for: call.exchange.client) { result in
            switch result {
            case .success(let account?) where account.isDisabled: call.refuse(.accountDisabled)
            case .success(let account?):
                call.exchange.account = account.name.text
                goOn(account)
            case .success(nil): call.refuse(.unknownStreamKey)
            case .failure(let error): self.refuseUnanswered(call, error)
            }
        }
    }
}

extension AccountReading {
    /// The account as it is now: what is remembered of it may be slightly old. Errors: `.notFound`.
    func current(_ account: Account) throws(AccountError) -> Account {
        guard let found = try self.account(named: account.name.text), found.id == account.id else {
            throw .notFound
        }
        return found
    }
}

extension Account {
    /// The profile, and where the picture is.
    var profileJSON: JSONValue {
        .object(
            profile.members + [JSONMember("pictureUrl", pictureURL.map { .string($0) } ?? .null)])
    }
}

extension Problem {
    fileprivate static let jsonOnly = Problem(
        status: 415, slug: "unsupported-media-type", title: "This kind of body is not understood",
        detail: "Send application/json.")
    fileprivate static let unknownStreamKey = Problem(
        status: 401, slug: "not-authorised", title: "Nobody has this stream key",
        detail: "It may have been replaced. A new one is on the account page.")

    init(_ fault: ChannelFault) {
        self.init(
            status: 422, slug: "not-taken", title: "This is not taken", detail: fault.words,
            members: [JSONMember("field", .string(fault.field))])
    }
}
