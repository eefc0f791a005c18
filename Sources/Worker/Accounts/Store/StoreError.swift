// What can go wrong in a store of accounts.

import Settings

package enum StoreError: Error, Equatable, Sendable {
    /// There is already a user of that name.
    case nameTaken
    /// The store cannot be reached or does not answer in time; the operation may have been done all the
    /// same. `reason` is for operators; it contains no secret.
    case unavailable(reason: String)
    /// The store answers, but not as it must: another version of the schema, a damaged file, missing
    /// rights. Asking again does not help. `reason` as above.
    case unusable(reason: String)
}

extension StoreError: CustomStringConvertible {
    /// One line for operators.
    package var description: String {
        switch self {
        case .nameTaken: "there is an account of that name already"
        case .unavailable(let reason), .unusable(let reason):
            "the accounts cannot be used: \(Quoted.printable(reason))"
        }
    }
}
