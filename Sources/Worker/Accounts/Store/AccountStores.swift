// Which store stands behind a location: the only place that knows them all.

import Settings

package enum AccountStores {
    /// The store at that place. Neither opens nor connects anything: `AccountStore.prepare` does.
    /// Errors: `.unusable` for a URI that the driver refuses.
    package static func open(
        _ location: AccountsLocation
    ) throws(StoreError) -> any AccountStore {
        switch location {
        case .sqlite: fatalError("unwritten")
        case .mongodb(let uri): try MongoStore(uri: uri)
        }
    }
}
