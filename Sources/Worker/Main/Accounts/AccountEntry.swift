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

    func showLogIn(_ call: AccountCall, next: String?) {
        unlessSignedIn(call, next: next) { [site] in site.logIn(LogInForm(next: next)) }
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
        enter(call, form, status: 201, next: next ?? "/live", page: page) {
            service, name, password, origin throws(AccountError) in
            try service.signUp(name: name, password: password, from: origin)
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
        enter(call, form, status: 200, next: next ?? "/account", page: page) {
            service, name, password, origin throws(AccountError) in
            try service.logIn(name: name, password: password, from: origin)
        }
    }

    /// A flood is refused before it takes a place among those who wait to sign in or up.
    private func refuseFlood(
        _ call: AccountCall, _ error: AccountError, _ page: (FormFault) -> Document
    ) {
        countEntry(.failure(error))
        call.refuse(Problem(error), page: page)
    }

    private typealias Entering =
        @Sendable (
            AccountService, String, String, ClientOrigin
        ) throws(AccountError) -> SignedIn

    private func enter(
        _ call: AccountCall, _ form: AccountForm, status: Int, next: String,
        page: @escaping (FormFault) -> Document, _ enter: @escaping Entering
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
            self.countEntry(result)
            switch result {
            case .success(let signedIn):
                let cookie = [SessionCookie.set(token: signedIn.sessionToken)]
                if call.isForm { return call.goOn(to: next, headers: cookie) }
                let username = JSONMember("username", .string(signedIn.account.name.text))
                call.answer(status: status, json: .object([username]), headers: cookie)
            case .failure(let error):
                call.refuse(self.problem(error), page: page)
            }
        }
    }

    private func countEntry(_ result: Result<SignedIn, AccountError>) {
        let counter: Counter
        switch result {
        case .success: counter = .signInsTotal
        case .failure: counter = .signInsRefused
        }
        environment.counters.add(counter, slot: environment.slot)
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
