// Copies the plain counters of the HTTP module to the page that all processes see.
//
// Owner: the worker's loop thread.

import HTTP
import Telemetry

package final class HTTPFigures {
    /// The counters for the server to use.
    package let counted = HTTPCounters()
    private let counters: SlotCounters
    /// By `Counter`. Not a dictionary: this is done for each connection that comes or goes.
    private var published = [UInt64](repeating: 0, count: Counter.allCases.count)

    package init(counters: SlotCounters) {
        self.counters = counters
    }

    package func publish() {
        counters.set(.connectionsOpen, counted.connectionsOpened - counted.connectionsClosed)
        publish(counted.connectionsOpened, as: .connections)
        publish(counted.connectionsRefused, as: .connectionsRefused)
        publish(counted.handshakes, as: .handshakes)
        publish(counted.handshakesFailed, as: .handshakeFailures)
        publish(counted.requests, as: .requests)
        publish(counted.bytesSent, as: .bytesSent)
        publish(counted.bytesReceived, as: .bytesReceived)
        publish(counted.abuseCloses, as: .abuseCloses)
    }

    /// The page's totals outlive workers, so only the increase since the last time counts.
    private func publish(_ total: UInt64, as counter: Counter) {
        let increase = total - published[counter.rawValue]
        guard increase > 0 else { return }
        counters.add(counter, increase)
        published[counter.rawValue] = total
    }
}
