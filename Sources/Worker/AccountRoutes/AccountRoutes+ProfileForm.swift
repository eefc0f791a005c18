// The form of the account page for what a channel says of itself. Programs have `/api/me/profile`.
//
// Owner: the worker's loop thread.

import Accounts
import Channel
import Credentials
import HTTP
import Settings
import Text
import Web

extension AccountRoutes {
    /// POST /account/profile
    func saveProfile(_ call: AccountCall, _ form: AccountForm) {
        signedIn(call) { holder in
            let typed = AccountPage.Channel(form)
            let profile: Profile
            do throws(ChannelFault) {
                profile = try Profile(typed.json)
            } catch {
                let fault = FormFault(field: error.field, message: error.text(in: call.site.words))
                return self.refuse(call, holder, Problem(error), fault, typed)
            }
            let account = holder.account
            self.accounts.perform(for: call.exchange.client) { service throws(AccountError) in
                try service.setProfile(profile, of: account)
            } then: { result in
                switch result {
                case .success:
                    self.showOnBroadcast(account, for: call.exchange.client) {
                        self.done(call, .profileSaved)
                    }
                case .failure(let error):
                    let problem = self.problem(error, of: call)
                    self.refuse(
                        call, holder, problem, FormFault(problem, in: call.site.words), typed)
                }
            }
        }
    }

    private func refuse(
        _ call: AccountCall, _ holder: SessionHolder, _ problem: Problem, _ fault: FormFault,
        _ typed: AccountPage.Channel
    ) {
        guard call.isForm else { return call.refuse(problem) }
        show(
            call, holder, status: problem.status, typed: typed,
            fault: AccountPage.Fault(form: .channel, fault: fault), headers: problem.headers)
    }
}

extension AccountPage.Channel {
    /// What was typed. An address without its beginning gets it; a row without an address counts only when
    /// it has a label.
    init(_ form: AccountForm) {
        let links = (1...Self.mostLinks).compactMap { number -> Link? in
            let address = (form.optionalText("address\(number)") ?? "").trimmed
            let label = (form.optionalText("label\(number)") ?? "").trimmed
            guard !address.isEmpty || !label.isEmpty else { return nil }
            let isWhole = address.isEmpty || address.contains(":")
            return Link(label: label, address: isWhole ? address : "https://\(address)")
        }
        self.init(
            displayName: form.optionalText("displayName") ?? "",
            line: form.optionalText("line") ?? "", links: links, pictureURL: nil)
    }

    /// As `/api/me/profile` takes it.
    fileprivate var json: JSONValue {
        let links = links.map { link in
            JSONValue.object([
                JSONMember("label", .string(link.label)),
                JSONMember("address", .string(link.address)),
            ])
        }
        return .object([
            JSONMember("displayName", .string(displayName)), JSONMember("line", .string(line)),
            JSONMember("links", .array(links)),
        ])
    }
}

extension String {
    fileprivate var trimmed: String {
        let rest = drop(while: \.isWhitespace)
        return String(rest.reversed().drop(while: \.isWhitespace).reversed())
    }
}

extension ChannelFault {
    /// For people, in their language.
    func text(in words: Words) -> String {
        switch reason {
        case .text(.tooLong(let characters)):
            words("channel.fault.too-long", ["most": "\(characters)"])
        case .text(.unprintable): words("channel.fault.unprintable")
        case .twice: words("channel.fault.twice")
        // A form sends texts, and no more of them than it has rows.
        case .notALink, .notALanguage, .missing, .wrongKind, .tooMany:
            words("channel.fault.not-a-link")
        }
    }
}
