// The page for operators, on the admin listener: one document, and what it loads.
//
// Owner: the worker's loop thread.

import HTTP
import Web

package final class OperatorPage {
    private let sites: WebSites
    private let mayAct: Bool
    private lazy var page = Resource(
        Content(
            sites.operators(mayAct: mayAct),
            fields: PageSecurity.fields.map { HeaderField($0.name, $0.value) }
                + [HeaderField("cache-control", "no-cache")], vary: "accept-encoding"))

    /// - Parameter mayAct: whether broadcasts can be ended from there.
    package init(sites: WebSites, mayAct: Bool) {
        self.sites = sites
        self.mayAct = mayAct
    }

    package var routes: [Route] {
        // The handlers keep this object.
        [Route("operators", "/", [.get: { self.page.answer($0) }])]
            + AssetRoutes(assets: sites.assets).routes
    }
}
