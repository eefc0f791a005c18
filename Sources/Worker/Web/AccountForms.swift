// What the routes tell the pages that hold one form: what had been typed, and what is wrong with it.

/// Why a form comes back.
package struct FormFault: Equatable, Sendable {
    /// The `name` of the field it is about; nil when it is about all of them: it then stands above
    /// the form.
    package let field: String?
    /// A sentence or two for the person who filled it in.
    package let message: String

    package init(field: String?, message: String) {
        self.field = field
        self.message = message
    }
}

package struct SignUpForm: Sendable {
    /// As typed.
    package let username: String
    /// Where to go afterwards: a path on this server, checked by the route; nil for the usual place.
    package let next: String?
    package let fault: FormFault?

    package init(username: String = "", next: String? = nil, fault: FormFault? = nil) {
        self.username = username
        self.next = next
        self.fault = fault
    }
}

package struct LogInForm: Sendable {
    /// As typed.
    package let username: String
    /// Where to go afterwards: a path on this server, checked by the route; nil for the usual place.
    package let next: String?
    package let fault: FormFault?
    /// They have just signed up, but are not signed in.
    package let hasSignedUp: Bool

    package init(
        username: String = "", next: String? = nil, fault: FormFault? = nil,
        hasSignedUp: Bool = false
    ) {
        self.username = username
        self.next = next
        self.fault = fault
        self.hasSignedUp = hasSignedUp
    }

    /// The value of `done` by which the page is told that `hasSignedUp`.
    package static let signedUp = "signed-up"

    /// Where to send a person who has signed up and has to sign in, before they go on to `next`.
    package static func address(afterSigningUp next: String) -> String {
        "/login?done=\(signedUp)&next=\(next.queryEscaped)"
    }
}
