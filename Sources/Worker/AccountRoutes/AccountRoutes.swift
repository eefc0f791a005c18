// The routes of accounts (docs/http-api.md): which path and method is whose, and what all of them
// share. Signing in is in AccountEntry, the own account in OwnAccount.
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
    let desk: AccountDesk
    let credentials: Credentials
    let site: WebSite
    let loop: EventLoop
    let counters: SlotCounters
    let allowsSignUp: Bool
    private let logger: Logger
    private let transportSecurity: TransportSecurity
    private var unansweredLine = LogPause(ms: Limits.logRepeatMs)

    package init(
        desk: AccountDesk, credentials: Credentials, site: WebSite, settings: Settings,
        loop: EventLoop, counters: SlotCounters, logger: Logger
    ) {
        self.desk = desk
        self.credentials = credentials
        self.site = site
        self.loop = loop
        self.counters = counters
        self.logger = logger
        allowsSignUp = settings.signUp == .open
        transportSecurity = TransportSecurity(mode: settings.hsts)
    }

    private typealias Action = (AccountCall, AccountForm) -> Void

    /// Answers what is about accounts. False: it is about something else.
    package func begin(_ exchange: Exchange, path: [Substring], query: Substring) -> Bool {
        let parameters = URLEncodedFields.read(query.utf8) ?? [:]
        let next = AccountCall.next(parameters["next"])
        switch path {
        case ["signup"]:
            offer(exchange, page: { self.showSignUp($0, next: next) }, ["POST": signUp])
        case ["login"]:
            let hasSignedUp = parameters["done"] == LogInForm.signedUp
            offer(
                exchange, page: { self.showLogIn($0, next: next, hasSignedUp: hasSignedUp) },
                ["POST": logIn])
        case ["logout"]: offer(exchange, ["POST": logOut])
        case ["account"]:
            let done = parameters["done"].flatMap(AccountPage.Done.init(rawValue:))
            offer(exchange, page: { self.showAccount($0, done: done) }, [:])
        case ["account", "delete"]: offer(exchange, ["POST": delete])
        case ["account", "stream-key", "remove"]: offer(exchange, ["POST": removeStreamKey])
        case ["account", "sessions", "end"]: offer(exchange, ["POST": endSession])
        case ["account", "sessions", "end-others"]: offer(exchange, ["POST": endOtherSessions])
        case ["api", "me"]: offer(exchange, data: { self.describe($0) }, ["DELETE": delete])
        case ["api", "me", "password"]: offer(exchange, ["POST": changePassword])
        case ["api", "me", "stream-key"]:
            offer(exchange, ["POST": rotateStreamKey, "DELETE": removeStreamKey])
        case ["api", "me", "sessions"]: offer(exchange, ["DELETE": endOtherSessions])
        case let path where path.count == 4 && path.starts(with: ["api", "me", "sessions"]):
            let id = String(path[3])
            offer(exchange, ["DELETE": { call, _ in self.endSession(call, id: id) }])
        default: return false
        }
        return true
    }

    // MARK: What routes share

    private func offer(
        _ exchange: Exchange, page: ((AccountCall) -> Void)? = nil,
        data: ((AccountCall) -> Void)? = nil, _ actions: [String: Action]
    ) {
        let method = exchange.request.method
        if method == "GET" || method == "HEAD", let read = page ?? data {
            return read(call(exchange, isForm: page != nil))
        }
        if let action = actions[method] { return change(exchange, action) }
        let reading = page == nil && data == nil ? [] : ["GET", "HEAD"]
        let allowed = reading + actions.keys.sorted()
        if method == "OPTIONS" {
            let allow = HeaderField("allow", allowed.joined(separator: ", "))
            return exchange.respond(status: 204, headers: [allow], body: .none)
        }
        exchange.respond(.methodNotAllowed(allow: allowed))
    }

    private func call(_ exchange: Exchange, isForm: Bool) -> AccountCall {
        AccountCall(
            exchange: exchange, isForm: isForm, site: site,
            transportSecurity: transportSecurity)
    }

    /// Runs what changes something, once it is clear that it was meant and what it says.
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

    /// Goes on with whoever is signed in. Somebody who is not is sent to sign in, or told.
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
        let problem = problem(error)
        call.isForm
            ? call.show(
                site.unavailable(visitor: .unknown), status: problem.status,
                headers: problem.headers)
            : call.refuse(problem)
    }

    /// Counts and logs what those who run the server have to know.
    func note(_ error: AccountError) {
        if case .unavailable(let reason) = error {
            counters.add(.accountsUnanswered)
            guard let leftOut = unansweredLine.leftOut(nowMs: loop.nowMs) else {
                return
            }
            logger.warning(
                "accounts not available",
                metadata: ["reason": "\(reason)", "leftOut": "\(leftOut)"])
        }
    }

    /// What to answer; the error is noted. For the fields see `Problem`.
    func problem(
        _ error: AccountError, passwordField: String = "password",
        currentField: String = "currentPassword"
    ) -> Problem {
        note(error)
        return Problem(error, passwordField: passwordField, currentField: currentField)
    }

    func origin(of call: AccountCall) -> ClientOrigin {
        ClientOrigin(
            address: "\(call.request.peer)", userAgent: call.request.header("user-agent") ?? "",
            isExempt: call.exchange.client.isExempt)
    }
}
