// What fills the pages to sign up and to sign in.

struct EntryPage {
    let title: String
    let values: [String: String]

    init(_ form: SignUpForm) {
        let fault = form.fault?.among(["username", "password"])
        title = Self.title("Sign up", fault: fault)
        let name = FormField(
            name: "username", label: "Name", kind: .name, value: form.username,
            hint: "3 to 32 of the characters a to z, 0 to 9, - and _. Your broadcasts are found "
                + "under it, so everybody sees it.",
            fault: fault, isFirst: true, isNew: true, describedBy: Self.banner(of: fault))
        let password = FormField(
            name: "password", label: "Password", kind: .newPassword,
            hint: "At least 8 characters of any kind. A few words in a row make a good one.",
            fault: fault)
        values = Self.values([name, password], fault: fault, next: form.next, other: "/login")
    }

    init(_ form: LogInForm) {
        let fault = form.fault?.among(["username", "password"])
        title = Self.title("Sign in", fault: fault)
        // A person who comes back with a name only has to type the password again.
        let hasName = !form.username.isEmpty
        let name = FormField(
            name: "username", label: "Name", kind: .name, value: form.username,
            fault: fault, isFirst: !hasName, describedBy: Self.banner(of: fault))
        let password = FormField(
            name: "password", label: "Password", kind: .currentPassword, fault: fault,
            isFirst: hasName, describedBy: Self.banner(of: fault))
        var values = Self.values([name, password], fault: fault, next: form.next, other: "/signup")
        if form.hasSignedUp, fault == nil { values["banner"] = Self.hasSignedUp }
        self.values = values
    }

    private static let hasSignedUp = """
        <div class="notice" role="status">
          <p>Your account is there. Sign in to go on; if that does not work yet, try again in a few
            seconds.</p>
        </div>
        """

    /// What is wrong comes first where a title is all that is heard or seen.
    private static func title(_ title: String, fault: FormFault?) -> String {
        fault == nil ? title : "Not yet: \(title)"
    }

    private static func banner(of fault: FormFault?) -> String? {
        fault.flatMap { $0.field == nil ? FormFault.bannerID : nil }
    }

    private static func values(
        _ fields: [FormField], fault: FormFault?, next: String?, other: String
    ) -> [String: String] {
        let hidden = next.map { next in
            "<input type=\"hidden\" name=\"next\" value=\"\(next.htmlEscaped)\">"
        }
        return [
            "banner": fault?.banner ?? "",
            "next": hidden ?? "",
            "fields": fields.map(\.html).joined(separator: "\n"),
            "other": Visitor.address(other, next: next),
        ]
    }
}
