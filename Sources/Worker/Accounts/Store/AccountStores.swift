// Which store belongs to a setting.

import Settings

package enum AccountStores {
    /// Does not connect yet: `AccountStore.prepare` does, and may fail and be tried again.
    /// Errors: `.unusable` for a URI without a meaning.
    package static func open(
        _ location: AccountsLocation
    ) throws(StoreError) -> any AccountStore {
        switch location {
        case .sqlite(let path): SQLiteStore(path: path)
        case .mongodb(let uri): try MongoStore(uri: uri)
        }
    }
}
