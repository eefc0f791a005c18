// What a new password must be (NIST SP 800-63B, section 5.1.1): long enough, not among those that are
// tried first, not the name. There is no rule about kinds of characters, and no expiry.

import Settings
import StreamState

enum PasswordRules {
    /// The rule that a new password breaks; nil when it is good.
    static func fault(of password: String, name: StreamName) -> PasswordFault? {
        let characters = password.unicodeScalars.count
        if characters < Limits.passwordCharacters.lowerBound { return .tooShort }
        if characters > Limits.passwordCharacters.upperBound { return .tooLong }
        let folded = password.lowercased()
        if folded == name.text { return .sameAsName }
        return CommonPasswords.contain(folded) ? .tooCommon : nil
    }
}
