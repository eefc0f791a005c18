// The account page as HTML: what fills the gaps of Pages/account.html. Each part of the page that is
// more than a few lines has a file of its own.

struct AccountView {
    let page: AccountPage
    let words: Words

    var values: [String: String] {
        [
            "name": page.name.htmlEscaped,
            "date": CalendarTime(ms: page.createdAtMs).html(words, withTime: false),
            "notice": notice,
            "channel": ChannelForm(page: page, fault: fault(of: .channel), words: words).html,
            "key": StreamKeyView(page: page, fault: fault(of: .streamKey), words: words).html,
            "broadcasts": BroadcastTable(broadcasts: page.broadcasts, words: words).html,
            "sessions": SessionList(page: page, words: words).html,
            "sessions-fault": fault(of: .sessions)?.banner ?? "",
            "password-fault": fault(of: .password)?.banner ?? "",
            "password-fields": passwordFields,
            "deletion-open": fault(of: .deletion) == nil ? "" : " open",
            "deletion-fault": fault(of: .deletion)?.banner ?? "",
            "deletion-field": deletionField,
        ]
    }

    var title: String { words.title(words("account.title"), hasFault: page.fault != nil) }

    private func fault(of form: AccountPage.Form) -> FormFault? {
        guard let fault = page.fault, fault.form == form else { return nil }
        switch form {
        case .channel: return fault.fault.among(ChannelForm.fields)
        case .password: return fault.fault.among(["currentPassword", "newPassword"])
        case .streamKey, .sessions: return fault.fault.among([])
        case .deletion:
            // It has one field, so any fault of a password belongs to this field, whatever its name
            // elsewhere.
            let field = fault.fault.field.map { _ in "password" }
            return FormFault(field: field, message: fault.fault.message)
        }
    }

    private var notice: String {
        guard let text = page.notice else { return "" }
        return """
            <div class="notice account-notice" role="status"><p>\(text.htmlEscaped)</p></div>
            """
    }

    private var passwordFields: String {
        let fault = fault(of: .password)
        let current = FormField(
            name: "currentPassword", label: words("field.current-password"), kind: .currentPassword,
            fault: fault, words: words, describedBy: fault?.bannerReference)
        let new = FormField(
            name: "newPassword", label: words("field.new-password"), kind: .newPassword,
            hint: words("field.new-password.hint"), fault: fault, words: words)
        return "\(current.html)\n\(new.html)"
    }

    private var deletionField: String {
        let fault = fault(of: .deletion)
        return FormField(
            name: "password", id: "deletion-password", label: words("field.your-password"),
            kind: .currentPassword, fault: fault, words: words,
            describedBy: fault?.bannerReference
        ).html
    }
}

extension FormFault {
    fileprivate var bannerReference: String? { field == nil ? Self.bannerID : nil }
}
