// Signing up, in and out.
//
// Owner: the worker's loop thread.

import Accounts
import Credentials
import HTTP
import Text
import Web

extension AccountRoutes {
    // MARK: Pages

    func showSignUp(_ call: AccountCall, next: String?) {
        unlessSignedIn(call, next: next) { [allowsSignUp] site in
            allowsSignUp
                ? site.signUp(SignUpForm(next: next)) : site.signUpIsClosed()
        }
    }

    /// - Parameter hasSignedUp: whether the person comes from signing up, but without a session.
    func showLogIn(_ call: AccountCall, next: String?, hasSignedUp: Bool) {
        unlessSignedIn(call, next: next) { site in
            site.logIn(LogInForm(next: next, hasSignedUp: hasSignedUp))
        }
    }

    /// A person who is signed in already has no use for these forms.
    private func unlessSignedIn(
        _ call: AccountCall, next: String?, _ page: @escaping (WebSite) -> Document
    ) {
        credentials.session(of: call.exchange) { result in
            if case .success(.some) = result { return call.goOn(to: next ?? "/account") }
            call.show(page(call.site))
        }
    }

    // MARK: Actions

    func signUp(_ call: AccountCall, _ form: AccountForm) {
        let next = AccountCall.next(form.optionalText("next"))
        let username = form.optionalText("username") ?? ""
        let page = { fault in
            call.site.signUp(SignUpForm(username: username, next: next, fault: fault))
        }
        if let ms = accounts.refusesSignUpsForMs(from: origin(of: call)) {
            return refuseFlood(call, .tooManySignUps(retryAfterMs: ms), page)
        }
        tryPassword(call, form, page: page) {
            service, typed, origin throws(AccountError) in
            try service.admitSignUp(name: typed.name, password: typed.password, from: origin)
        } withdraw: { service, admitted throws(AccountError) in
            try service.withdraw(admitted)
        } work: { service, admitted, _ throws(AccountError) in
            try service.signUp(admitted)
        } isReal: { _ in
            // A viewer may just have been told that the name belongs to no one.
            true
        } welcome: { signedUp in
            let next = next ?? "/live"
            let device = signedUp.deviceToken.map { [DeviceCookie.set(token: $0)] } ?? []
            switch signedUp.sessionToken {
            case .success(let token):
                self.welcome(
                    call, signedUp.account, status: 201,
                    cookies: [SessionCookie.set(token: token)] + device, next: next)
            case .failure(let error):
                self.note(error, of: call)
                self.welcome(
                    call, signedUp.account, status: 201, cookies: device,
                    next: LogInForm.address(afterSigningUp: next))
            }
        }
    }

    func logIn(_ call: AccountCall, _ form: AccountForm) {
        let next = AccountCall.next(form.optionalText("next"))
        let username = form.optionalText("username") ?? ""
        let page = { fault in
            call.site.logIn(LogInForm(username: username, next: next, fault: fault))
        }
        let device = DeviceCookie.token(of: call.request)
        if let ms = accounts.refusesLogInForMs(
            name: username, device: device, from: origin(of: call))
        {
            return refuseFlood(call, .tooManyAttempts(retryAfterMs: ms), page)
        }
        tryPassword(call, form, page: page) {
            service, typed, origin throws(AccountError) in
            try service.admitLogIn(name: typed.name, device: device, from: origin)
        } withdraw: { service, attempt throws(AccountError) in
            try service.withdraw(attempt)
        } work: { service, attempt, typed throws(AccountError) in
            try service.logIn(attempt, password: typed.password)
        } isReal: { _ in
            // Nobody can have asked for this session before.
            false
        } welcome: { signedIn in
            let device = signedIn.deviceToken.map { [DeviceCookie.set(token: $0)] } ?? []
            self.welcome(
                call, signedIn.account, status: 200,
                cookies: [SessionCookie.set(token: signedIn.sessionToken)] + device,
                next: next ?? "/account")
        }
    }

    /// Refuses a flood before it takes a place among those who wait to sign in or up.
    private func refuseFlood(
        _ call: AccountCall, _ error: AccountError, _ page: (FormFault) -> Document
    ) {
        let problem = Problem(error)
        noteRefusal(problem, of: call)
        call.refuse(problem, page: page)
    }

    private struct Typed: Sendable {
        let name: String
        let password: String
    }

    /// Signs up or in with the name and the password that were typed.
    private func tryPassword<Admitted: Sendable, Answer: Sendable>(
        _ call: AccountCall, _ form: AccountForm, page: @escaping (FormFault) -> Document,
        admit:
            @escaping @Sendable (
                AccountService, Typed, ClientOrigin
            ) throws(AccountError) -> Admitted,
        withdraw: @escaping @Sendable (AccountService, Admitted) throws(AccountError) -> Void,
        work:
            @escaping @Sendable (
                AccountService, Admitted, Typed
            ) throws(AccountError) -> Answer,
        isReal: @escaping (Answer) -> Bool,
        welcome: @escaping (Answer) -> Void
    ) {
        let typed: Typed
        do throws(Problem) {
            typed = Typed(name: try form.text("username"), password: try form.text("password"))
        } catch { return call.refuse(error, page: page) }
        let origin = origin(of: call)
        accounts.perform(
            for: call.exchange.client, isReal: isReal,
            admit: { service throws(AccountError) in try admit(service, typed, origin) },
            withdraw: withdraw
        ) { service, admitted throws(AccountError) in
            try work(service, admitted, typed)
        } then: { result in
            switch result {
            case .success(let answer):
                self.counters.add(.signIns)
                welcome(answer)
            case .failure(let error):
                let problem = self.problem(error, of: call)
                self.noteRefusal(problem, of: call)
                call.refuse(problem, page: page)
            }
        }
    }

    /// - Parameter cookies: of the browser, and of the new session, if there is one.
    private func welcome(
        _ call: AccountCall, _ account: Account, status: Int, cookies: [HeaderField], next: String
    ) {
        if call.isForm { return call.goOn(to: next, headers: cookies) }
        let username = JSONMember("username", .string(account.name.text))
        call.answer(status: status, json: .object([username]), headers: cookies)
    }

    /// Says that a person is signed out only when the session is certainly gone. Without the store's
    /// word for it, the cookie stays, and the person can try again.
    func logOut(_ call: AccountCall, _ form: AccountForm) {
        let done = {
            call.isForm
                ? call.goOn(
                    to: AccountCall.next(form.optionalText("next")) ?? "/",
                    headers: [SessionCookie.cleared])
                : call.answerNothing(headers: [SessionCookie.cleared])
        }
        credentials.session(of: call.exchange) { result in
            switch result {
            case .success(nil): done()
            case .failure(let error): self.refuseUnanswered(call, error)
            case .success(let holder?):
                self.accounts.perform(for: call.exchange.client, isReal: { wasThere in wasThere }) {
                    service throws(AccountError) in
                    try service.logOut(session: holder.session, of: holder.account.id)
                } then: { result in
                    switch result {
                    case .success: done()
                    case .failure(let error): self.refuseUnanswered(call, error)
                    }
                }
            }
        }
    }
}
