// Why something that a channel says of itself is not taken.

package struct ChannelFault: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case missing
        case wrongKind(expected: String)
        case text(TextFault)
        case tooMany(most: Int)
        case twice
        case notALanguage
        case notALink
    }

    /// The member of the JSON object: "title", "tags", "links".
    package let field: String
    package let reason: Reason

    package init(_ field: String, _ reason: Reason) {
        self.field = field
        self.reason = reason
    }

    /// In a sentence for people.
    package var words: String {
        switch reason {
        case .missing: "\(field) is missing."
        case .wrongKind(let expected): "\(field) has to be \(expected)."
        case .text(.tooLong(let characters)): "\(field) has at most \(characters) characters."
        case .text(.unprintable): "\(field) has a character that cannot be shown."
        case .tooMany(let most): "There are at most \(most) \(field)."
        case .twice: "\(field) has something twice."
        case .notALanguage: "\(field) is no language, such as de or pt-BR."
        case .notALink: "A link begins with https:// and the name of a server."
        }
    }
}
