// Copies the plain counters of the HTTP module to the page that all processes see, and counts there what
// the server tells it. Also has what the process takes of the machine shown there.
//
// Owner: the worker's loop thread.

import HTTP
import Telemetry

package final class HTTPFigures {
    /// The counters for the server to use.
    package let counted = HTTPCounters()
    private let counters: SlotCounters
    private let ofProcess: ProcessFigures
    /// By `Counter`. Not a dictionary: this is done for each connection that comes or goes.
    private var published = [UInt64](repeating: 0, count: Counter.allCases.count)

    package init(counters: SlotCounters) {
        self.counters = counters
        ofProcess = ProcessFigures(counters: counters)
    }

    package func publish() {
        let counts = counted.current
        counters.set(.connectionsOpen, connectionsOpen)
        publish(counts.connectionsOpened, as: .connections)
        publish(counts.connectionsRefused, as: .connectionsRefused)
        publish(counts.proxyHeadersRefused, as: .proxyHeadersRefused)
        publish(counts.handshakes, as: .handshakes)
        publish(counts.handshakesFailed, as: .handshakeFailures)
        publish(counts.requests, as: .requests)
        publish(counts.bytesSent, as: .bytesSent)
        publish(counts.bytesReceived, as: .bytesReceived)
        publish(counts.abuseCloses, as: .abuseCloses)
    }

    private var connectionsOpen: UInt64 {
        counted.current.connectionsOpened - counted.current.connectionsClosed
    }

    /// The same with what the process takes of the machine. Call about once a second.
    package func publishAll() {
        publish()
        ofProcess.publish(connections: connectionsOpen)
    }

    /// The page's totals outlive workers, so only the increase since the last time counts.
    private func publish(_ total: UInt64, as counter: Counter) {
        let increase = total - published[counter.rawValue]
        guard increase > 0 else { return }
        counters.add(counter, increase)
        published[counter.rawValue] = total
    }
}

extension HTTPFigures: ServerObserver {
    package func didAnswer(route: Int, status: Int, durationUs: UInt64) {
        counters.add(
            .responses, cell: MetricLabels.responseCell(route: route, status: status))
        if status != 0 { counters.observe(.request, cell: route, us: durationUs) }
    }

    package func didFinishHandshake(durationUs: UInt64) {
        counters.observe(.handshake, us: durationUs)
    }
}
