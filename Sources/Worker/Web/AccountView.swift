// The account page as HTML: what fills the gaps of Pages/account.html. Each part of the page that is
// more than a few lines has a file of its own.

struct AccountView {
    let page: AccountPage

    var values: [String: String] {
        [
            "name": page.name.htmlEscaped,
            "since": CalendarTime(ms: page.createdAtMs).html(withTime: false),
            "notice": notice,
            "key": StreamKeyView(page: page, fault: fault(of: .streamKey)).html,
            "broadcasts": BroadcastTable(broadcasts: page.broadcasts).html,
            "sessions": SessionList(page: page).html,
            "sessions-fault": fault(of: .sessions)?.banner ?? "",
            "password-fault": fault(of: .password)?.banner ?? "",
            "password-fields": passwordFields,
            "deletion-open": fault(of: .deletion) == nil ? "" : " open",
            "deletion-fault": fault(of: .deletion)?.banner ?? "",
            "deletion-field": deletionField,
        ]
    }

    var title: String { page.fault == nil ? "Your account" : "Not yet: Your account" }

    private func fault(of form: AccountPage.Form) -> FormFault? {
        guard let fault = page.fault, fault.form == form else { return nil }
        switch form {
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
            name: "currentPassword", label: "Current password", kind: .currentPassword,
            fault: fault, describedBy: fault?.bannerReference)
        let new = FormField(
            name: "newPassword", label: "New password", kind: .newPassword,
            hint: "At least 8 characters of any kind.", fault: fault)
        return "\(current.html)\n\(new.html)"
    }

    private var deletionField: String {
        let fault = fault(of: .deletion)
        return FormField(
            name: "password", id: "deletion-password", label: "Your password",
            kind: .currentPassword, fault: fault, describedBy: fault?.bannerReference
        ).html
    }
}

extension FormFault {
    fileprivate var bannerReference: String? { field == nil ? Self.bannerID : nil }
}
