// What operators see and do, put together from the parts of a worker.

import Credentials
import Operations
import PageRoutes
import Settings
import Telemetry
import Web

extension Administration {
    convenience init(
        live: StreamParts, storeWatch: StoreWatch, counters: CounterPage, board: SlotBoard,
        figures: HTTPFigures, sites: WebSites, settings: Settings
    ) {
        self.init(
            catalog: live.catalog, storeWatch: storeWatch, counters: counters, board: board,
            figures: figures, dataDirectory: settings.dataDirectory,
            operators: OperatorRoutes(
                streams: live.streams, catalog: live.catalog,
                server: ServerReport(board: board, counters: counters),
                mayAdminAct: settings.mayAdminAct),
            pages: OperatorPage(sites: sites, mayAct: settings.mayAdminAct).routes)
    }
}
