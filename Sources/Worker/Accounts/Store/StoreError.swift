// What can go wrong in a store of accounts.

import Settings

package enum StoreError: Error, Equatable, Sendable {
    /// There is a user of that name already.
    case nameTaken
    /// The store cannot be reached or does not answer in time; what was asked for may have happened
    /// all the same. `reason` is for people who run the server; it contains no secret.
    case unavailable(reason: String)
    /// The store answers, but not as it must: another version of the schema, a damaged file, missing
    /// rights. Asking again does not help. `reason` as above.
    case unusable(reason: String)
}

extension StoreError: CustomStringConvertible {
    /// One line for people who run the server.
    package var description: String {
        switch self {
        case .nameTaken: "there is an account of that name already"
        case .unavailable(let reason), .unusable(let reason):
            "the accounts cannot be used: \(Quoted.printable(reason))"
        }
    }
}
