// What Weir counts. Counters only grow; gauges go up and down and belong to a living process.

/// One number per process slot in the shared counter page. The raw value is its place there.
package enum Counter: Int, CaseIterable, Sendable {
    /// Gauge: connections open now.
    case connectionsOpen
    /// Gauge: responses that deliver live media now.
    case viewers
    /// Gauge: viewers by HLS and DASH now, estimated.
    case packagedViewers
    /// Gauge: requests that publish now.
    case publishers
    /// Connections taken over from the supervisor.
    case connections
    /// Connections closed at once because a limit was reached.
    case connectionsRefused
    /// Refused connections whose client had as many as one client may have. Counted by the
    /// supervisor.
    case connectionsOverShare
    /// TLS handshakes that succeeded.
    case handshakes
    /// TLS handshakes that failed or took too long.
    case handshakeFailures
    /// Requests whose header section was accepted.
    case requests
    /// Bytes written to sockets, TLS included.
    case bytesSent
    /// Bytes read from sockets, TLS included.
    case bytesReceived
    /// Viewers that skipped ahead because they were behind.
    case viewerJumps
    /// Viewers that the ring overtook; their responses were reset.
    case viewersLapped
    /// Bytes of media taken from publishers.
    case ingestBytes
    /// How often a publisher's media was lost or could not be right, and was skipped.
    case mediaLosses
    /// Request bodies of publishers that were finished.
    case ingestChunks
    /// Publishers that were held back because they were too far ahead of the clock.
    case publishersHeldBack
    /// How many milliseconds they were held back, in all.
    case publishersHeldBackMs
    /// Connections closed for abuse of the protocol.
    case abuseCloses
    /// Gauge: responses that deliver events now.
    case eventSubscribers
    /// Streams that were started, paused, resumed, ended or removed.
    case streamChanges
    /// Changes that may have taken away somebody's right to publish or session.
    case credentialChanges
    /// People who have signed in or up.
    case signIns
    /// Attempts to sign in that were refused, for whatever reason.
    case signInsRefused
    /// Questions that the store of accounts did not answer in time.
    case accountsUnanswered
    /// Gauge: 1 in the slot of a worker whose last question the store of accounts has answered.
    case accountsAnswering
    /// Turns of the event loop. While it grows, the worker is alive, however busy it is.
    case loopTurns
    /// Workers that were started again after they died. Counted by the supervisor.
    case workerRestarts
    /// Gauge: 1 in the slot of a worker that takes connections.
    case workersReady

    /// Whether the number falls back to zero when its process is gone.
    package var isGauge: Bool {
        switch self {
        case .connectionsOpen, .viewers, .packagedViewers, .publishers, .eventSubscribers,
            .accountsAnswering, .workersReady:
            true
        default: false
        }
    }
}
