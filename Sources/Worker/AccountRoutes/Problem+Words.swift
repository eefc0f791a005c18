// Problems as people read them: by what they are, in their language. Programs get them in English.

import Credentials
import HTTP
import Settings
import Web

extension Problem {
    /// Above the words of a page.
    func title(in words: Words) -> String {
        let key = "problem.\(slug).title"
        return words.has(key) ? words(key) : title
    }

    /// What is wrong, and what to do. A problem that the table of words does not have keeps its own.
    func text(in words: Words) -> String {
        let key = "problem.\(slug)"
        guard words.has(key) else { return detail ?? title }
        if let minutes = minutesToWait, Self.slugsOfPatience.contains(slug) {
            return words(key, count: minutes)
        }
        let password = Limits.passwordCharacters
        return words(
            key,
            [
                "field": field ?? "", "bytes": "\(Limits.accountBodyBytes)",
                "least": "\(password.lowerBound)", "most": "\(password.upperBound)",
            ])
    }

    /// Those that say how long to wait.
    private static let slugsOfPatience: Set<String> = [
        "too-many-attempts", "too-many-sign-ups", "too-many-changes",
    ]

    private var minutesToWait: Int? {
        let field = headers.first { $0.name == "retry-after" }
        return field.flatMap { Int($0.value) }.map { ($0 + 59) / 60 }
    }
}

extension FormFault {
    init(_ problem: Problem, in words: Words) {
        self.init(field: problem.field, message: problem.text(in: words))
    }
}
