// What each process counts in its slot of the counter page. MetricTable says what the numbers mean
// outside.
//
// The raw value is the place in the slot, and two builds share a page during an upgrade. So a case is
// only ever added at the end, keeps its number for ever, and a number that is out of use is never used
// again.

/// One number per process slot. Counters only grow; gauges go up and down and belong to a living
/// process.
package enum Counter: Int, CaseIterable, Sendable {
    /// Gauge: connections open now.
    case connectionsOpen = 0
    /// Gauge: responses that deliver live media now.
    case viewers = 1
    /// Gauge: viewers by HLS and DASH now, estimated.
    case packagedViewers = 2
    /// Gauge: requests that publish now.
    case publishers = 3
    /// Connections taken over from the supervisor.
    case connections = 4
    /// Connections closed at once because a limit was reached.
    case connectionsRefused = 5
    /// Refused connections whose client had as many as one client may have. Counted by the
    /// supervisor.
    case connectionsOverShare = 6
    /// TLS handshakes that succeeded.
    case handshakes = 7
    /// TLS handshakes that failed or took too long.
    case handshakeFailures = 8
    /// Requests whose header section was accepted.
    case requests = 9
    /// Bytes written to sockets, TLS included.
    case bytesSent = 10
    /// Bytes read from sockets, TLS included.
    case bytesReceived = 11
    /// Viewers that skipped ahead because they were behind.
    case viewerJumps = 12
    /// Viewers that the ring overtook; their responses were reset.
    case viewersLapped = 13
    /// Bytes of media taken from publishers.
    case ingestBytes = 14
    /// How often a publisher's media was lost or could not be right, and was skipped.
    case mediaLosses = 15
    /// Request bodies of publishers that were finished.
    case ingestChunks = 16
    /// Publishers that were held back because they were too far ahead of the clock.
    case publishersHeldBack = 17
    /// How many milliseconds they were held back, in all.
    case publishersHeldBackMs = 18
    /// Connections closed for abuse of the protocol.
    case abuseCloses = 19
    /// Gauge: responses that deliver events now.
    case eventSubscribers = 20
    /// Streams that were started, paused, resumed, ended or removed.
    case streamChanges = 21
    /// Changes that may have taken away somebody's right to publish or session.
    case credentialChanges = 22
    /// People who have signed in or up.
    case signIns = 23
    /// Attempts to sign in that were refused, for whatever reason.
    case signInsRefused = 24
    /// Questions that the store of accounts did not answer in time.
    case accountsUnanswered = 25
    /// Gauge: 1 in the slot of a worker whose last question the store of accounts has answered.
    case accountsAnswering = 26
    /// Turns of the event loop. While it grows, the worker is alive, however busy it is.
    case loopTurns = 27
    /// Workers that were started again after they died. Counted by the supervisor.
    case workerRestarts = 28
    /// Gauge: 1 in the slot of a worker that takes connections.
    case workersReady = 29
    /// Microseconds of processor time, of all processes that have had the slot.
    case processorUs = 30
    /// Gauge: bytes of memory that the process has mapped and that are in memory, rings included.
    case residentBytes = 31
    /// Gauge: those of them that no file is behind: they are the process's own.
    case anonymousBytes = 32
    /// Gauge: open descriptors.
    case descriptorsOpen = 33
    /// Gauge: how many descriptors the process may have open.
    case descriptorsAllowed = 34
    /// Gauge: requests of players that wait for media that is still to come.
    case requestsHeldNow = 35
    /// Requests that had to wait for it.
    case requestsHeld = 36
    /// Connections that were closed because they did not begin with a header of the PROXY protocol
    /// from a trusted proxy.
    case proxyHeadersRefused = 37

    /// Whether the number falls back to zero when its process is gone.
    package var isGauge: Bool {
        switch self {
        case .connectionsOpen, .viewers, .packagedViewers, .publishers, .eventSubscribers,
            .accountsAnswering, .workersReady, .residentBytes, .anonymousBytes,
            .descriptorsOpen, .descriptorsAllowed, .requestsHeldNow:
            true
        default: false
        }
    }
}

/// Counters that count each value of a label apart, in places next to each other: a value's place is
/// its position in the list of values (MetricLabels).
package enum LabelledCounter: CaseIterable, Sendable {
    /// Responses by route and class of status; see `MetricLabels.responseCell`.
    case responses
    /// Questions that the store of accounts could not answer, by operation.
    case storeErrors

    /// The places in a slot. They never change.
    var words: Range<Int> {
        switch self {
        case .responses: 256..<768
        case .storeErrors: 768..<784
        }
    }
}
