// Signing up, in and out.
//
// Owner: the worker's loop thread.

import Accounts
import HTTP
import Telemetry
import Web

extension AccountRoutes {
    // MARK: Pages

    func showSignUp(_ call: AccountCall, next: String?) {
        unlessSignedIn(call, next: next) { [site, environment] in
            environment.settings.signUp == .open
                ? site.signUp(SignUpForm(next: next)) : site.signUpIsClosed()
        }
    }

    /// - Parameter hasSignedUp: whether they come from signing up, but without a session.
    func showLogIn(_ call: AccountCall, next: String?, hasSignedUp: Bool) {
        unlessSignedIn(call, next: next) { [site] in
            site.logIn(LogInForm(next: next, hasSignedUp: hasSignedUp))
        }
    }

    /// Who is signed in already has no use for these forms.
    private func unlessSignedIn(
        _ call: AccountCall, next: String?, _ page: @escaping () -> Document
    ) {
        credentials.session(of: call.request) { result in
            if case .success(.some) = result { return call.goOn(to: next ?? "/account") }
            call.show(page())
        }
    }

    // MARK: Actions

    func signUp(_ call: AccountCall, _ form: AccountForm) {
        let next = AccountCall.next(form.optionalText("next"))
        let username = form.optionalText("username") ?? ""
        let page = { [site] fault in
            site.signUp(SignUpForm(username: username, next: next, fault: fault))
        }
        if let ms = desk.refusesSignUpsForMs(from: origin(of: call)) {
            return refuseFlood(call, .tooManySignUps(retryAfterMs: ms), page)
        }
        enter(call, form, page: page) {
            service, name, password, origin throws(AccountError) in
            try service.signUp(name: name, password: password, from: origin)
        } welcome: { signedUp in
            let next = next ?? "/live"
            switch signedUp.sessionToken {
            case .success(let token):
                self.welcome(call, signedUp.account, status: 201, token: token, next: next)
            case .failure(let error):
                self.note(error)
                self.welcome(
                    call, signedUp.account, status: 201, token: nil,
                    next: LogInForm.address(afterSigningUp: next))
            }
        }
    }

    func logIn(_ call: AccountCall, _ form: AccountForm) {
        let next = AccountCall.next(form.optionalText("next"))
        let username = form.optionalText("username") ?? ""
        let page = { [site] fault in
            site.logIn(LogInForm(username: username, next: next, fault: fault))
        }
        if let ms = desk.refusesAttemptsForMs(from: origin(of: call)) {
            return refuseFlood(call, .tooManyAttempts(retryAfterMs: ms), page)
        }
        enter(call, form, page: page) {
            service, name, password, origin throws(AccountError) in
            try service.logIn(name: name, password: password, from: origin)
        } welcome: { signedIn in
            self.welcome(
                call, signedIn.account, status: 200, token: signedIn.sessionToken,
                next: next ?? "/account")
        }
    }

    /// A flood is refused before it takes a place among those who wait to sign in or up.
    private func refuseFlood(
        _ call: AccountCall, _ error: AccountError, _ page: (FormFault) -> Document
    ) {
        environment.counters.add(.signInsRefused, slot: environment.slot)
        call.refuse(Problem(error), page: page)
    }

    private typealias Entering<Entered> =
        @Sendable (
            AccountService, String, String, ClientOrigin
        ) throws(AccountError) -> Entered

    private func enter<Entered: Sendable>(
        _ call: AccountCall, _ form: AccountForm, page: @escaping (FormFault) -> Document,
        _ enter: @escaping Entering<Entered>, welcome: @escaping (Entered) -> Void
    ) {
        let name: String
        let password: String
        do throws(Problem) {
            name = try form.text("username")
            password = try form.text("password")
        } catch { return call.refuse(error, page: page) }
        let origin = origin(of: call)
        desk.ask(.hashing) { service throws(AccountError) in
            try enter(service, name, password, origin)
        } then: { result in
            let counters = self.environment.counters
            switch result {
            case .success(let entered):
                counters.add(.signInsTotal, slot: self.environment.slot)
                welcome(entered)
            case .failure(let error):
                counters.add(.signInsRefused, slot: self.environment.slot)
                call.refuse(self.problem(error), page: page)
            }
        }
    }

    /// - Parameter token: of the session that has begun, if one has.
    private func welcome(
        _ call: AccountCall, _ account: Account, status: Int, token: String?, next: String
    ) {
        let cookie = token.map { [SessionCookie.set(token: $0)] } ?? []
        if call.isForm { return call.goOn(to: next, headers: cookie) }
        let username = JSONMember("username", .string(account.name.text))
        call.answer(status: status, json: .object([username]), headers: cookie)
    }

    /// Nobody is told to be out while the session may still be there: without the store's word for it the
    /// cookie stays, and it can be tried again.
    func logOut(_ call: AccountCall, _ form: AccountForm) {
        let done = {
            call.isForm
                ? call.goOn(
                    to: AccountCall.next(form.optionalText("next")) ?? "/",
                    headers: [SessionCookie.cleared])
                : call.answerNothing(headers: [SessionCookie.cleared])
        }
        credentials.session(of: call.request) { result in
            switch result {
            case .success(nil): done()
            case .failure(let error): self.refuseUnanswered(call, error)
            case .success(let holder?):
                self.desk.ask(.quick) { service throws(AccountError) in
                    try service.logOut(session: holder.session, of: holder.account.id)
                } then: { result in
                    if case .failure(let error) = result {
                        return self.refuseUnanswered(call, error)
                    }
                    self.credentials.changed()
                    done()
                }
            }
        }
    }
}
