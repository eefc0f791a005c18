// All metrics, once: what `/metrics` answers, and the tables in docs/metrics.md, are made from this.

package enum MetricTable {
    /// The metrics of one part of the server.
    package struct Section: Sendable {
        package let title: String
        package let rows: [MetricRow]
    }

    /// In the order in which they are shown.
    package static let sections = [
        server, processes, connections, requests, viewers, publishing, streams, accounts,
    ]

    static let server = Section(
        title: "The server",
        rows: [
            MetricRow(
                .build, .gauge, "weir_build_info", labels: ["version"], "Always 1.",
                advice: "Shows in graphs when the version changed."),
            MetricRow(
                .uptime, .gauge, "weir_uptime_seconds", perUnit: 1_000,
                "Time since the server started. Reloads and upgrades do not change that."),
            MetricRow(
                .workersWanted, .gauge, "weir_workers_wanted",
                "Workers that are to take connections."),
            MetricRow(
                .workersReady, "weir_workers_ready", "Workers that take connections.",
                advice: "Less than wanted for more than a moment: the log says why workers end."),
            MetricRow(
                .workersByState, .gauge, "weir_workers", labels: ["state"],
                "Workers by what they do: starting, serving, draining, ending."),
            MetricRow(
                .workerRestarts, "weir_worker_restarts_total",
                "Workers that were started again after they died.",
                advice: "Each one is a fault: the log has its end, and systemd its core dump."),
            MetricRow(
                .drains, .counter, "weir_worker_drains_total",
                "Workers that were told to finish what they have: by an operator, a reload or an "
                    + "upgrade."),
            MetricRow(
                .stopping, .gauge, "weir_stopping",
                "1 while the server is about to stop, else 0."),
            MetricRow(
                .generation, .gauge, "weir_generation",
                "The number of the settings that new connections get. It grows with each reload."),
            MetricRow(
                .reloads, .counter, "weir_reloads_total", "Reloads that took effect."),
            MetricRow(
                .reloadFailures, .counter, "weir_reload_failures_total",
                "Reloads that were refused. The server went on with what it had.",
                advice: "The reason is in the log and in `systemctl status weir`."),
            MetricRow(
                .reloadSuccess, .gauge, "weir_last_reload_successful",
                "1 unless the last reload was refused.",
                advice: "While it is 0, settings and certificate on disk are not what is served."),
            MetricRow(
                .reloadTime, .gauge, "weir_last_reload_success_timestamp_seconds",
                "When the last reload took effect, in seconds since 1970; 0 before the first."),
            MetricRow(
                .reloadDuration, .gauge, "weir_last_reload_duration_seconds", perUnit: 1_000,
                "How long the last reload took, until all new workers served."),
            MetricRow(
                .upgrades, .counter, "weir_upgrades_total",
                "How often the program was replaced while it served."),
            MetricRow(
                .certificateExpiry, .gauge, "weir_certificate_expiry_timestamp_seconds",
                "When the certificate that new connections get expires, in seconds since 1970.",
                advice: "Renew it and reload in time: browsers refuse an expired one."),
            MetricRow(
                .dataFree, .gauge, "weir_data_free_bytes",
                "Free space on the disk of the data directory.",
                advice: "Without space nothing new can be published. Less than "
                    + "`weir_ring_bytes` leaves no room for that many streams again."),
            MetricRow(
                .dataSize, .gauge, "weir_data_size_bytes", "Size of that disk."),
        ])

    static let processes = Section(
        title: "Processes",
        rows: [
            MetricRow(
                .processorUs, "weir_process_cpu_seconds_total", perProcess: true,
                perUnit: 1_000_000,
                "Processor time. A worker that replaces another one goes on with its number.",
                advice: "A worker has one busy thread: near one second per second it is full."),
            MetricRow(
                .residentBytes, "weir_process_resident_memory_bytes", perProcess: true,
                "Memory in use. Rings count in each worker that has looked at them."),
            MetricRow(
                .anonymousBytes, "weir_process_anonymous_memory_bytes", perProcess: true,
                "Memory in use that is the process's own.",
                advice: "Grows with connections, about 30 KiB each. If it only grows, tell us."),
            MetricRow(
                .descriptorsOpen, "weir_process_open_fds", perProcess: true, "Open descriptors."),
            MetricRow(
                .descriptorsAllowed, "weir_process_max_fds", perProcess: true,
                "How many descriptors it may have open.",
                advice: "If the open ones come near it, raise `LimitNOFILE=`."),
            MetricRow(
                .connectionsOpen, "weir_connections_open", perProcess: true,
                "Connections open now."),
            MetricRow(
                .loopBusy, .counter, "weir_worker_loop_busy_seconds_total", labels: ["worker"],
                perUnit: 1_000_000, "Time in which a worker's event loop did not wait.",
                advice: "Near one second per second the worker is full: add workers or machines."),
            MetricRow(
                .loopTurn, "weir_loop_turn_seconds",
                "How long turns of the workers' event loops took, waiting not counted.",
                advice: "While they stay short, nobody waits for anybody."),
            MetricRow(
                .loopTurns, "weir_loop_turns_total", "Turns of the workers' event loops."),
        ])

    static let connections = Section(
        title: "Connections",
        rows: [
            MetricRow(
                .connections, "weir_connections_total",
                "Connections taken over from the supervisor."),
            MetricRow(
                .connectionsRefused, "weir_connections_refused_total",
                "Connections closed at once because a limit was reached.",
                advice: "The log names the client, or says that the server is full."),
            MetricRow(
                .connectionsOverShare, "weir_connections_over_share_total",
                "Those of the refused whose client had as many as one may have.",
                advice: "A proxy or an office behind one address: `exempt-network`."),
            MetricRow(
                .proxyHeadersRefused, "weir_proxy_headers_refused_total",
                "Connections closed because no header of the PROXY protocol came from a trusted "
                    + "proxy.",
                advice: "Who connects is no proxy, or is missing in `trusted-proxy`."),
            MetricRow(.handshakes, "weir_tls_handshakes_total", "TLS handshakes that succeeded."),
            MetricRow(
                .handshakeFailures, "weir_tls_handshake_failures_total",
                "TLS handshakes that failed or took too long.",
                advice: "Scanners make some all the time. Many at once after a renewal: look at "
                    + "the certificate."),
            MetricRow(
                .handshake, "weir_tls_handshake_duration_seconds",
                "How long TLS handshakes took that succeeded, the way to the client and back "
                    + "included."),
            MetricRow(
                .bytesSent, "weir_sent_bytes_total", "Bytes written to sockets, TLS included."),
            MetricRow(
                .bytesReceived, "weir_received_bytes_total",
                "Bytes read from sockets, TLS included."),
            MetricRow(
                .abuseCloses, "weir_abuse_closes_total",
                "Connections closed for abuse of the protocol."),
        ])

    static let requests = Section(
        title: "Requests",
        rows: [
            MetricRow(
                .requests, "weir_requests_total", "Requests whose header section was accepted."),
            MetricRow(
                .responses, "weir_responses_total", labels: ["route", "status"],
                "Responses by route and class of status (2xx); the class is none for requests "
                    + "that ended without a response, the route is none if there is no such.",
                advice: "5xx: the log and the other metrics say what was missing."),
            MetricRow(
                .request, "weir_request_duration_seconds", labels: ["route"],
                "Time from a request's header section to its response's head. Media that follows, "
                    + "and the bodies of those who publish, take longer."),
            MetricRow(
                .requestsHeldNow, "weir_held_requests",
                "Requests of HLS and DASH players that wait now for media to come."),
            MetricRow(
                .requestsHeld, "weir_requests_held_total",
                "Requests of HLS and DASH players that had to wait for media."),
            MetricRow(
                .eventSubscribers, "weir_event_subscribers",
                "Responses that deliver events now."),
        ])
}
