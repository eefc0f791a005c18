// An owner's account: what its owner sees of it and does with it.
//
// Owner: the worker's loop thread.

import Accounts
import Credentials
import HTTP
import LinuxIO
import Text
import Web

extension AccountRoutes {
    // MARK: Looking

    /// GET /api/me
    func describe(_ call: AccountCall) {
        signedIn(call) { holder in
            self.overview(call, holder) { overview in
                call.answer(
                    status: 200,
                    json: AccountDescription.json(of: overview, current: holder.session),
                    headers: SessionCookie.renewal(holder, call.request))
            }
        }
    }

    /// GET /account
    func showAccount(_ call: AccountCall, done: AccountPage.Done?) {
        signedIn(call) { holder in self.show(call, holder, notice: done?.notice(call.site.words)) }
    }

    private func overview(
        _ call: AccountCall, _ holder: SessionHolder,
        _ then: @escaping (AccountOverview) -> Void
    ) {
        accounts.look(for: call.exchange.client) { accounts throws(AccountError) in
            // What is remembered of the account may be slightly old, but its page must not be.
            guard let account = try accounts.account(named: holder.account.name.text),
                account.id == holder.account.id
            else { throw .notFound }
            return try accounts.overview(of: account)
        } then: { result in
            switch result {
            case .success(let overview): then(overview)
            case .failure(.notFound) where call.isForm: call.goOn(to: "/login?next=/account")
            case .failure(let error): self.refuseUnanswered(call, error)
            }
        }
    }

    /// - Parameter typed: what the form of the channel had in it, when it comes back.
    func show(
        _ call: AccountCall, _ holder: SessionHolder, status: Int = 200,
        newStreamKey: String? = nil, notice: String? = nil, typed: AccountPage.Channel? = nil,
        fault: AccountPage.Fault? = nil, headers: [HeaderField] = []
    ) {
        overview(call, holder) { overview in
            var page = AccountPage(overview, current: holder.session, origin: call.origin)
            if let typed { page.channel = typed.with(pictureOf: page.channel) }
            page.newStreamKey = newStreamKey
            page.notice = notice
            page.fault = fault
            call.show(
                call.site.account(page), status: status,
                headers: headers + SessionCookie.renewal(holder, call.request))
        }
    }

    /// Answers a form with the page again, and what is wrong.
    private func refuse(
        _ call: AccountCall, _ holder: SessionHolder, _ problem: Problem, in form: AccountPage.Form
    ) {
        guard call.isForm else { return call.refuse(problem) }
        let fault = FormFault(problem, in: call.site.words)
        show(
            call, holder, status: problem.status,
            fault: AccountPage.Fault(form: form, fault: fault), headers: problem.headers)
    }

    // MARK: Changing

    /// Makes a change. What is refused is shown to a person in the form that asked for it.
    private func perform<Answer: Sendable>(
        _ call: AccountCall, by holder: SessionHolder, in form: AccountPage.Form,
        isReal: @escaping (Answer) -> Bool = { _ in true },
        _ work: @escaping @Sendable (AccountService) throws(AccountError) -> Answer,
        refusal: ((AccountError) -> Problem)? = nil, done: @escaping (Answer) -> Void
    ) {
        let then = answering(call, holder, form, refusal: refusal, done: done)
        accounts.perform(for: call.exchange.client, isReal: isReal, work, then: then)
    }

    /// The same for a change that needs the password, which is counted apart from attempts to sign in.
    private func perform<Answer: Sendable>(
        _ call: AccountCall, by holder: SessionHolder, in form: AccountPage.Form,
        admit: @escaping @Sendable (AccountService) throws(AccountError) -> AdmittedAttempt,
        change:
            @escaping @Sendable (
                AccountService, AdmittedAttempt
            ) throws(AccountError) -> Answer,
        refusal: ((AccountError) -> Problem)? = nil, done: @escaping (Answer) -> Void
    ) {
        accounts.perform(
            for: call.exchange.client, admit: admit,
            withdraw: { service, attempt throws(AccountError) in try service.withdraw(attempt) },
            change, then: answering(call, holder, form, refusal: refusal, done: done))
    }

    private func answering<Answer>(
        _ call: AccountCall, _ holder: SessionHolder, _ form: AccountPage.Form,
        refusal: ((AccountError) -> Problem)?, done: @escaping (Answer) -> Void
    ) -> (Result<Answer, AccountError>) -> Void {
        { result in
            switch result {
            case .success(let answer): done(answer)
            case .failure(let error):
                let problem = refusal?(error) ?? self.problem(error, of: call)
                self.refuse(call, holder, problem, in: form)
            }
        }
    }

    /// The answer to most changes. A person is told on the next page.
    func done(
        _ call: AccountCall, _ what: AccountPage.Done, headers: [HeaderField] = []
    ) {
        call.isForm ? goOn(call, what, headers: headers) : call.answerNothing(headers: headers)
    }

    private func goOn(
        _ call: AccountCall, _ what: AccountPage.Done, headers: [HeaderField] = []
    ) {
        call.goOn(to: "/account?done=\(what.rawValue)", headers: headers)
    }

    /// POST /api/me/password
    func changePassword(_ call: AccountCall, _ form: AccountForm) {
        signedIn(call) { holder in
            let current: String
            let new: String
            do throws(Problem) {
                current = try form.text("currentPassword")
                new = try form.text("newPassword")
            } catch { return self.refuse(call, holder, error, in: .password) }
            let origin = self.origin(of: call)
            self.perform(call, by: holder, in: .password) { service throws(AccountError) in
                try service.admitPasswordChange(to: new, by: holder, from: origin)
            } change: { service, attempt throws(AccountError) in
                try service.changePassword(
                    attempt, of: holder.account, current: current, new: new,
                    keeping: holder.session)
            } refusal: { error in
                self.problem(error, of: call, passwordField: "newPassword")
            } done: { deviceToken in
                let cookie = deviceToken.map { [DeviceCookie.set(token: $0)] } ?? []
                self.done(call, .passwordChanged, headers: cookie)
            }
        }
    }

    /// POST /api/me/stream-key
    func rotateStreamKey(_ call: AccountCall, _ form: AccountForm) {
        signedIn(call) { holder in
            let account = holder.account
            self.perform(call, by: holder, in: .streamKey) { service throws(AccountError) in
                try service.rotateStreamKey(of: account, isCounted: true)
            } done: { key in
                self.showStreamKey(call, holder, key)
            }
        }
    }

    /// The key is stored nowhere, so no redirection can show it: this one answer contains it.
    private func showStreamKey(_ call: AccountCall, _ holder: SessionHolder, _ key: String) {
        if call.isForm { return show(call, holder, status: 201, newStreamKey: key) }
        let lines = PublishLines(
            origin: call.origin, name: holder.account.name.text, key: key)
        call.answer(
            status: 201,
            json: .object([
                JSONMember("streamKey", .string(key)),
                JSONMember(
                    "publish",
                    .object([
                        JSONMember("ffmpeg", .string(lines.ffmpeg)),
                        JSONMember("obs", .string(lines.obs)),
                        JSONMember("curl", .string(lines.curl)),
                    ])),
            ]))
    }

    /// DELETE /api/me/stream-key
    func removeStreamKey(_ call: AccountCall, _ form: AccountForm) {
        signedIn(call) { holder in
            let account = holder.account
            self.perform(call, by: holder, in: .streamKey, isReal: { wasThere in wasThere }) {
                service throws(AccountError) in
                try service.removeStreamKey(of: account)
            } done: { _ in
                self.done(call, .keyRemoved)
            }
        }
    }

    // MARK: Sessions

    func endSession(_ call: AccountCall, _ form: AccountForm) {
        endSession(call, id: form.optionalText("session") ?? "")
    }

    /// DELETE /api/me/sessions/ID
    func endSession(_ call: AccountCall, id: String) {
        signedIn(call) { holder in
            guard let id = SecretDigest(hex: id) else {
                return self.refuse(call, holder, .unknownSession, in: .sessions)
            }
            let account = holder.account
            self.perform(call, by: holder, in: .sessions) { service throws(AccountError) in
                try service.endSession(id, of: account)
            } refusal: { error in
                error == .notFound ? .unknownSession : self.problem(error, of: call)
            } done: {
                self.done(call, .sessionEnded)
            }
        }
    }

    /// DELETE /api/me/sessions: all but the session of the request.
    func endOtherSessions(_ call: AccountCall, _ form: AccountForm) {
        signedIn(call) { holder in
            let account = holder.account
            self.perform(call, by: holder, in: .sessions, isReal: { count in count > 0 }) {
                service throws(AccountError) in
                try service.endSessions(of: account, except: holder.session)
            } done: { count in
                if call.isForm { return self.goOn(call, .othersEnded) }
                let ended = JSONMember("ended", .integer(Int64(count)))
                call.answer(status: 200, json: .object([ended]))
            }
        }
    }

    // MARK: The end

    /// DELETE /api/me, and POST /account/delete, which a page's form can send. It needs the password, so
    /// that a thief of a session cannot take the account with it.
    func delete(_ call: AccountCall, _ form: AccountForm) {
        signedIn(call) { holder in
            let password: String
            do throws(Problem) {
                password = try form.text("password")
            } catch { return self.refuse(call, holder, error, in: .deletion) }
            let origin = self.origin(of: call)
            self.perform(call, by: holder, in: .deletion) { service throws(AccountError) in
                try service.admitConfirmation(by: holder, from: origin)
            } change: { service, attempt throws(AccountError) in
                try service.delete(attempt, holder.account, password: password)
            } refusal: { error in
                self.problem(error, of: call, currentField: "password")
            } done: {
                let headers = [SessionCookie.cleared]
                call.isForm
                    ? call.goOn(to: "/", headers: headers)
                    : call.answerNothing(headers: headers)
            }
        }
    }
}
