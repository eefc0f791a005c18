// The routes of accounts (docs/http-api.md): which path and method leads where, and what all of them
// share. Signing in is in AccountRoutes+SignIn, an owner's account in AccountRoutes+OwnAccount.
//
// Owner: the worker's loop thread.

import Accounts
import Credentials
import HTTP
import LinuxIO
import Logging
import Settings
import Telemetry
import Web

package final class AccountRoutes {
    let accounts: AccountAccess
    let credentials: Credentials
    private let sites: WebSites
    let loop: EventLoop
    let counters: SlotCounters
    let allowsSignUp: Bool
    /// Called when an account says something else of its channel.
    package var onChannelChange: (Account) -> Void = { _ in }
    private let logger: Logger
    private let transportSecurity: TransportSecurity
    private var unansweredLine = LogPause(ms: Limits.logRepeatMs)
    private var refusalLine = LogPause(ms: Limits.logRepeatMs)

    package init(
        desk: AccountDesk, credentials: Credentials, sites: WebSites, settings: Settings,
        loop: EventLoop, counters: SlotCounters, logger: Logger
    ) {
        accounts = AccountAccess(desk: desk, credentials: credentials)
        self.credentials = credentials
        self.sites = sites
        self.loop = loop
        self.counters = counters
        self.logger = logger
        allowsSignUp = settings.signUp == .open
        transportSecurity = TransportSecurity(mode: settings.hsts)
    }

    typealias Action = (AccountCall, AccountForm) -> Void

    package var routes: [Route] { entryRoutes + accountRoutes + dataRoutes + channelRoutes }

    /// Signing up, in and out.
    private var entryRoutes: [Route] {
        [
            Route(
                "sign-up", "/signup",
                [.get: page { self.showSignUp($0, next: $1.next) }, .post: action(signUp)]),
            Route(
                "log-in", "/login",
                [
                    .get: page {
                        self.showLogIn(
                            $0, next: $1.next, hasSignedUp: $1.done == LogInForm.signedUp)
                    },
                    .post: action(logIn),
                ]),
            Route("log-out", "/logout", [.post: action(logOut)]),
        ]
    }

    /// The page of an owner's account, and the actions of its forms.
    private var accountRoutes: [Route] {
        [
            Route(
                "account", "/account",
                [
                    .get: page {
                        self.showAccount(
                            $0, done: $1.done.flatMap(AccountPage.Done.init(rawValue:)))
                    }
                ]),
            Route("account-change", "/account/profile", [.post: action(saveProfile)]),
            Route("account-change", "/account/delete", [.post: action(delete)]),
            Route(
                "account-change", "/account/stream-key/remove", [.post: action(removeStreamKey)]),
            Route(
                "account-change", "/account/sessions/end",
                [.post: action { self.endSession($0, $1) }]),
            Route(
                "account-change", "/account/sessions/end-others",
                [.post: action(endOtherSessions)]),
        ]
    }

    /// The same for programs.
    private var dataRoutes: [Route] {
        [
            Route(
                "me", "/api/me",
                [
                    .get: { self.describe(self.call($0, isForm: false)) },
                    .delete: action(delete),
                ]),
            Route("me-change", "/api/me/password", [.post: action(changePassword)]),
            Route(
                "me-change", "/api/me/stream-key",
                [.post: action(rotateStreamKey), .delete: action(removeStreamKey)]),
            Route("me-change", "/api/me/sessions", [.delete: action(endOtherSessions)]),
            Route(
                "me-change", "/api/me/sessions/{id}",
                [
                    .delete: action { call, _ in
                        self.endSession(call, id: call.exchange.parameter(0))
                    }
                ]),
        ]
    }

    // MARK: What routes share

    /// What the address of a page says besides its path.
    private struct Asked {
        let next: String?
        let done: String?

        init(_ query: Substring) {
            let parameters = URLEncodedFields.read(query.utf8) ?? [:]
            next = AccountCall.next(parameters["next"])
            done = parameters["done"]
        }
    }

    private func page(_ show: @escaping (AccountCall, Asked) -> Void) -> Route.Handler {
        { [self] exchange in
            show(call(exchange, isForm: true), Asked(exchange.request.query))
        }
    }

    func action(_ action: @escaping Action) -> Route.Handler {
        { [self] exchange in change(exchange, action) }
    }

    func call(_ exchange: Exchange, isForm: Bool) -> AccountCall {
        AccountCall(
            exchange: exchange, isForm: isForm,
            site: sites.site(in: exchange.request.language(among: sites.languages)),
            transportSecurity: transportSecurity)
    }

    /// Runs an action that changes something, once it is clear that it was meant and what the form says.
    private func change(_ exchange: Exchange, _ action: @escaping Action) {
        let call = call(exchange, isForm: AccountBody.isForm(exchange.request))
        guard CrossSiteCheck.allows(exchange.request) else { return call.refuse(.crossSite) }
        AccountBody.read(exchange) { result in
            switch result {
            case .success(let form): action(call, form)
            case .failure(let problem): call.refuse(problem)
            }
        }
    }

    /// Goes on with the holder of the session. Without a session, a person is sent to sign in, and a
    /// program gets a problem.
    func signedIn(_ call: AccountCall, _ goOn: @escaping (SessionHolder) -> Void) {
        credentials.session(of: call.exchange) { result in
            switch result {
            case .success(let holder?): goOn(holder)
            case .success(nil) where call.isForm: call.goOn(to: "/login?next=/account")
            case .success(nil): call.refuse(.notSignedIn)
            case .failure(let error): self.refuseUnanswered(call, error)
            }
        }
    }

    func refuseUnanswered(_ call: AccountCall, _ error: AccountError) {
        let problem = problem(error, of: call)
        call.isForm
            ? call.show(
                call.site.unavailable(visitor: .unknown), status: problem.status,
                headers: problem.headers)
            : call.refuse(problem)
    }

    /// Counts and logs what operators have to know.
    func note(_ error: AccountError, of call: AccountCall) {
        if case .unavailable(let reason) = error {
            counters.add(.accountsUnanswered)
            guard let leftOut = unansweredLine.leftOut(nowMs: loop.nowMs) else {
                return
            }
            logger.report(
                .accountsUnavailable, "accounts not available",
                metadata: [
                    "reason": "\(reason)", "leftOut": "\(leftOut)",
                    "request": "\(call.exchange.requestID)",
                ])
        }
    }

    /// Counts and logs that somebody may not sign in or up. The name that was typed is not in the line:
    /// people type passwords there.
    func noteRefusal(_ problem: Problem, of call: AccountCall) {
        counters.add(.signInsRefused)
        guard problem.status < 500, let leftOut = refusalLine.leftOut(nowMs: loop.nowMs) else {
            return
        }
        logger.report(
            .signInRefused, "sign-in refused",
            metadata: [
                "reason": "\(problem.slug)", "client": "\(call.request.peer)",
                "leftOut": "\(leftOut)", "request": "\(call.exchange.requestID)",
            ])
    }

    /// The problem to answer with; the error is noted. For the fields, see `Problem`.
    func problem(
        _ error: AccountError, of call: AccountCall, passwordField: String = "password",
        currentField: String = "currentPassword"
    ) -> Problem {
        note(error, of: call)
        return Problem(error, passwordField: passwordField, currentField: currentField)
    }

    func origin(of call: AccountCall) -> ClientOrigin {
        ClientOrigin(
            address: "\(call.request.peer)", userAgent: call.request.header("user-agent") ?? "",
            isExempt: call.exchange.client.isExempt)
    }
}
