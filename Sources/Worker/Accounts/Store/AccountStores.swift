// Which store stands behind a setting.

import Settings

package enum AccountStores {
    /// Connects to nothing yet: that is `AccountStore.prepare`'s, which may fail and be tried again.
    /// Errors: `.unusable` for a URI that means nothing.
    package static func open(
        _ location: AccountsLocation
    ) throws(StoreError) -> any AccountStore {
        switch location {
        case .sqlite(let path): SQLiteStore(path: path)
        case .mongodb(let uri): try MongoStore(uri: uri)
        }
    }
}
