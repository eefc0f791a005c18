// One field of a form: label, input, hint, and what is wrong with what was typed. It works without
// any script; the button that shows a password is offered by the script that makes it work.

struct FormField {
    enum Kind {
        /// The name of a user.
        case name
        /// One that may be empty.
        case text
        case currentPassword
        case newPassword
    }

    /// What the form sends it as, and its id unless `id` says otherwise.
    let name: String
    var id: String?
    let label: String
    let kind: Kind
    var value = ""
    var hint: String?
    var fault: FormFault?
    let words: Words
    /// The page opens with this field focused, unless another one is at fault.
    var isFirst = false
    /// Scripts say what is wrong with a name while it is typed.
    var isNew = false
    /// The id of words elsewhere that are about this field, too.
    var describedBy: String?

    var html: String {
        let id = id ?? name
        let error = fault.flatMap { $0.field == name ? $0.message : nil }
        return """
            <div class="field">
              <label for="\(id)">\(label.htmlEscaped)</label>
              \(input(id: id, isFaulty: error != nil))
              \(paragraph("field-error", id: "\(id)-error", text: error))\
            \(paragraph("field-hint", id: "\(id)-hint", text: hint))
            </div>
            """
    }

    private func input(id: String, isFaulty: Bool) -> String {
        var attributes = "id=\"\(id)\" name=\"\(name)\""
        if kind != .text { attributes += " required" }
        switch kind {
        case .text:
            attributes += " type=\"text\" value=\"\(value.htmlEscaped)\" autocomplete=\"off\""
        case .name:
            attributes +=
                " type=\"text\" value=\"\(value.htmlEscaped)\" autocomplete=\"username\""
                + " autocapitalize=\"none\" autocorrect=\"off\" spellcheck=\"false\""
                + (isNew ? " data-new-name" : "")
        case .currentPassword:
            attributes += " type=\"password\" autocomplete=\"current-password\""
        case .newPassword:
            attributes +=
                " type=\"password\" autocomplete=\"new-password\" passwordrules=\"minlength: 8;\""
        }
        let descriptions =
            (isFaulty ? ["\(id)-error"] : []) + (hint == nil ? [] : ["\(id)-hint"])
            + (describedBy.map { [$0] } ?? [])
        if !descriptions.isEmpty {
            attributes += " aria-describedby=\"\(descriptions.joined(separator: " "))\""
        }
        if isFaulty { attributes += " aria-invalid=\"true\"" }
        if isFaulty || (isFirst && fault?.field == nil) { attributes += " autofocus" }
        if kind == .name || kind == .text { return "<input \(attributes)>" }
        return """
            <div class="secret">
                <input \(attributes)>
                <button class="secret-toggle" type="button" data-reveals="\(id)" aria-pressed="false"
                  aria-label="\(words.html("field.show-password"))" hidden>\(words.html("field.show"))</button>
              </div>
            """
    }

    private func paragraph(_ style: String, id: String, text: String?) -> String {
        guard let text else { return "" }
        return "<p class=\"\(style)\" id=\"\(id)\">\(text.htmlEscaped)</p>"
    }
}

extension FormFault {
    /// The id of the words above a form.
    static let bannerID = "form-error"

    /// The same, for a form that has only these fields: what is about none of them is about all.
    func among(_ fields: [String]) -> FormFault {
        field.map(fields.contains) ?? true ? self : FormFault(field: nil, message: message)
    }

    /// Above the form: what is wrong with all of it. Empty for a fault of one field.
    var banner: String {
        guard field == nil else { return "" }
        return """
            <div class="notice notice-error" role="alert">
              <p class="notice-title" id="\(Self.bannerID)">\(message.htmlEscaped)</p>
            </div>
            """
    }
}
