// What fills the pages to sign up and to sign in.

struct EntryPage {
    let title: String
    let values: [String: String]

    init(_ form: SignUpForm, words: Words) {
        let fault = form.fault?.among(["username", "password"])
        title = words.title(words("entry.sign-up.title"), hasFault: fault != nil)
        let name = FormField(
            name: "username", label: words("field.name"), kind: .name, value: form.username,
            hint: words("field.name.hint"), fault: fault, words: words, isFirst: true, isNew: true,
            describedBy: Self.banner(of: fault))
        let password = FormField(
            name: "password", label: words("field.password"), kind: .newPassword,
            hint: words("field.password.hint"), fault: fault, words: words)
        var values = Self.values([name, password], fault: fault, next: form.next, other: "/login")
        let link = "<a href=\"\(values["other"] ?? "")\">"
        let offer = words.html("entry.sign-up.have-one", ["link": link, "/link": "</a>"])
        values["sign-in"] = "<p>\(offer)</p>"
        self.values = values
    }

    init(_ form: LogInForm, words: Words) {
        let fault = form.fault?.among(["username", "password"])
        title = words.title(words("entry.sign-in.title"), hasFault: fault != nil)
        // A person who comes back with a name only has to type the password again.
        let hasName = !form.username.isEmpty
        let name = FormField(
            name: "username", label: words("field.name"), kind: .name, value: form.username,
            fault: fault, words: words, isFirst: !hasName, describedBy: Self.banner(of: fault))
        let password = FormField(
            name: "password", label: words("field.password"), kind: .currentPassword, fault: fault,
            words: words, isFirst: hasName, describedBy: Self.banner(of: fault))
        var values = Self.values([name, password], fault: fault, next: form.next, other: "/signup")
        if form.hasSignedUp, fault == nil {
            values["banner"] = """
                <div class="notice" role="status">
                  <p>\(words.html("entry.signed-up"))</p>
                </div>
                """
        }
        self.values = values
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

extension Words {
    /// What is wrong comes first where a title is all that is heard or seen.
    func title(_ title: String, hasFault: Bool) -> String {
        hasFault ? self("frame.not-yet", ["title": title]) : title
    }
}
