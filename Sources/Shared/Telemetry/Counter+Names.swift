// The names of the counters outside, and what they mean: for Prometheus and for people. Names never
// change once they are released.

extension Counter {
    /// In the style of Prometheus: unit last, `_total` for counters that only grow.
    package var metricName: String {
        switch self {
        case .connectionsOpen: "weir_connections_open"
        case .viewers: "weir_viewers"
        case .packagedViewers: "weir_packaged_viewers"
        case .publishers: "weir_publishers"
        case .connections: "weir_connections_total"
        case .connectionsRefused: "weir_connections_refused_total"
        case .connectionsOverShare: "weir_connections_over_share_total"
        case .handshakes: "weir_tls_handshakes_total"
        case .handshakeFailures: "weir_tls_handshake_failures_total"
        case .requests: "weir_requests_total"
        case .bytesSent: "weir_sent_bytes_total"
        case .bytesReceived: "weir_received_bytes_total"
        case .viewerJumps: "weir_viewer_jumps_total"
        case .viewersLapped: "weir_viewers_lapped_total"
        case .ingestBytes: "weir_ingest_bytes_total"
        case .mediaLosses: "weir_media_losses_total"
        case .ingestChunks: "weir_ingest_bodies_total"
        case .publishersHeldBack: "weir_publishers_held_back_total"
        case .publishersHeldBackMs: "weir_publishers_held_back_milliseconds_total"
        case .abuseCloses: "weir_abuse_closes_total"
        case .eventSubscribers: "weir_event_subscribers"
        case .streamChanges: "weir_stream_changes_total"
        case .credentialChanges: "weir_credential_changes_total"
        case .signIns: "weir_sign_ins_total"
        case .signInsRefused: "weir_sign_ins_refused_total"
        case .accountsUnanswered: "weir_accounts_unanswered_total"
        case .accountsAnswering: "weir_accounts_answering"
        case .loopTurns: "weir_loop_turns_total"
        case .workerRestarts: "weir_worker_restarts_total"
        case .workersReady: "weir_workers_ready"
        }
    }

    /// One line.
    package var help: String {
        switch self {
        case .connectionsOpen: "Connections open now."
        case .viewers: "Responses that deliver live media now."
        case .packagedViewers: "Viewers by HLS and DASH now, estimated."
        case .publishers: "Requests that publish now."
        case .connections: "Connections taken over from the supervisor."
        case .connectionsRefused: "Connections closed at once because a limit was reached."
        case .connectionsOverShare:
            "Connections closed at once because their client had as many as one may have."
        case .handshakes: "TLS handshakes that succeeded."
        case .handshakeFailures: "TLS handshakes that failed or took too long."
        case .requests: "Requests whose header section was accepted."
        case .bytesSent: "Bytes written to sockets, TLS included."
        case .bytesReceived: "Bytes read from sockets, TLS included."
        case .viewerJumps: "Times a viewer skipped ahead because it was behind."
        case .viewersLapped: "Viewers that the ring overtook; their responses were reset."
        case .ingestBytes: "Bytes of media taken from publishers."
        case .mediaLosses:
            "Times a publisher's media was lost or could not be right, and was passed over."
        case .ingestChunks: "Request bodies of publishers that were finished."
        case .publishersHeldBack:
            "Times a publisher was held back because it was ahead of the clock."
        case .publishersHeldBackMs:
            "Milliseconds for which publishers were held back because they were ahead of the clock."
        case .abuseCloses: "Connections closed for abuse of the protocol."
        case .eventSubscribers: "Responses that deliver events now."
        case .streamChanges: "Times a stream was started, paused, resumed, ended or removed."
        case .credentialChanges: "Times sessions, stream keys or accounts were changed or ended."
        case .signIns: "Times somebody signed in or up."
        case .signInsRefused: "Attempts to sign in or up that were refused."
        case .accountsUnanswered: "Questions that the store of accounts did not answer in time."
        case .accountsAnswering: "Workers that the store of accounts answers."
        case .loopTurns: "Turns of the event loop."
        case .workerRestarts: "Workers that were started again after they died."
        case .workersReady: "Workers that take connections."
        }
    }
}
