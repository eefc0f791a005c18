// The metrics of streams, of those who watch and publish them, and of accounts.

extension MetricTable {
    static let viewers = Section(
        title: "Viewers",
        rows: [
            MetricRow(.viewers, "weir_viewers", "Responses that deliver live media now."),
            MetricRow(
                .packagedViewers, "weir_packaged_viewers",
                "Viewers by HLS and DASH now, estimated."),
            MetricRow(
                .viewerLag, "weir_viewer_lag_seconds",
                "How far viewers were behind the newest media, looked at once a second for each "
                    + "response that delivers live media.",
                advice: "Lag of many viewers: the network, or a full worker. Of a few: theirs."),
            MetricRow(
                .viewerJumps, "weir_viewer_jumps_total",
                "Times a viewer skipped ahead because it was behind."),
            MetricRow(
                .viewersLapped, "weir_viewers_lapped_total",
                "Viewers that the ring overtook; their responses were reset.",
                advice: "Rings may be too short for the bit rate: `ring-size`."),
        ])

    static let publishing = Section(
        title: "Publishing",
        rows: [
            MetricRow(.publishers, "weir_publishers", "Requests that publish now."),
            MetricRow(
                .ingestBytes, "weir_ingest_bytes_total", "Bytes of media taken from publishers."),
            MetricRow(
                .ingestGap, "weir_ingest_gap_seconds",
                "Time between two pieces of media of one stream.",
                advice: "Long gaps are what viewers see as stalls: the publisher's network or "
                    + "encoder."),
            MetricRow(
                .keyFrameDistance, "weir_key_frame_distance_seconds",
                "Media time between two key frames of one stream.",
                advice: "Above 4 s viewers wait long to join: set the encoder's key frame "
                    + "interval to 2 s."),
            MetricRow(
                .mediaLosses, "weir_media_losses_total",
                "Times a publisher's media was lost or could not be right, and was passed over.",
                advice: "The log names the stream."),
            MetricRow(
                .ingestChunks, "weir_ingest_bodies_total",
                "Request bodies of publishers that were finished."),
            MetricRow(
                .publishersHeldBack, "weir_publishers_held_back_total",
                "Times a publisher was held back because it was ahead of the clock.",
                advice: "Normal for files that are sent as fast as they can be."),
            MetricRow(
                .publishersHeldBackMs, "weir_publishers_held_back_seconds_total", perUnit: 1_000,
                "Time for which publishers were held back."),
            MetricRow(
                .heldBack, "weir_held_back_duration_seconds",
                "How long publishers were held back, each time."),
        ])

    static let streams = Section(
        title: "Streams",
        rows: [
            MetricRow(
                .streamsByState, .gauge, "weir_streams", labels: ["state"],
                "Streams by state: live, paused, ended and still on disk."),
            MetricRow(
                .streamChanges, "weir_stream_changes_total",
                "Times a stream was started, paused, resumed, ended or removed."),
            MetricRow(
                .ringBytes, .gauge, "weir_ring_bytes", "Space that the rings of streams take."),
            MetricRow(
                .streamsLeftOut, .gauge, "weir_streams_left_out",
                "Streams without metrics of their own: there are too many, and others have more "
                    + "viewers."),
            MetricRow(
                .streamViewers, .gauge, "weir_stream_viewers", labels: ["stream"],
                "Viewers of a stream."),
            MetricRow(
                .streamPackagedViewers, .gauge, "weir_stream_packaged_viewers", labels: ["stream"],
                "Those viewers of a stream who watch by HLS or DASH, estimated."),
            MetricRow(
                .streamBitrate, .gauge, "weir_stream_bitrate_bytes_per_second", labels: ["stream"],
                "Media of a stream per second, lately."),
            MetricRow(
                .streamKeyFrameDistance, .gauge, "weir_stream_key_frame_distance_seconds",
                labels: ["stream"], perUnit: 1_000,
                "Media time between the newest two key frames of a stream; missing if unknown."),
            MetricRow(
                .streamSilence, .gauge, "weir_stream_silence_seconds", labels: ["stream"],
                perUnit: 1_000, "Time since the newest media of a stream came.",
                advice: "More than a second or two: its viewers see a stall."),
            MetricRow(
                .streamLag, .gauge, "weir_stream_lag_seconds", labels: ["stream"], perUnit: 1_000,
                "How much later than it could the newest media of a stream has come; 0 unless it is "
                    + "live.",
                advice: "Grows if the publisher's network is too slow for its bit rate."),
            MetricRow(
                .streamHeldBack, .counter, "weir_stream_held_back_seconds_total",
                labels: ["stream"], perUnit: 1_000,
                "Time for which the publisher of a stream was held back."),
            MetricRow(
                .streamIngest, .counter, "weir_stream_ingest_bytes_total", labels: ["stream"],
                "Bytes of media taken for a stream. Begins anew with a new broadcast."),
            MetricRow(
                .streamLosses, .counter, "weir_stream_media_losses_total", labels: ["stream"],
                "Times media of a stream was passed over. Begins anew with a new broadcast."),
        ])

    static let accounts = Section(
        title: "Accounts",
        rows: [
            MetricRow(.signIns, "weir_sign_ins_total", "Times somebody signed in or up."),
            MetricRow(
                .signInsRefused, "weir_sign_ins_refused_total",
                "Attempts to sign in or up that were refused.",
                advice: "Many: somebody tries passwords. Weir slows them down by itself."),
            MetricRow(
                .accountsAnswering, "weir_accounts_answering",
                "Workers that the store of accounts answers.",
                advice: "Less than the workers that are ready: `/readyz` and the log say why."),
            MetricRow(
                .accountsUnanswered, "weir_accounts_unanswered_total",
                "Questions that the store of accounts did not answer in time."),
            MetricRow(
                .storeLatency, "weir_account_store_duration_seconds", labels: ["operation"],
                "How long the store of accounts took.",
                advice: "Slow: the disk of a file, the network or the load of a MongoDB."),
            MetricRow(
                .storeErrors, "weir_account_store_errors_total", labels: ["operation"],
                "Questions that the store of accounts failed to answer."),
            MetricRow(
                .credentialChanges, "weir_credential_changes_total",
                "Times sessions, stream keys or accounts were changed or ended."),
        ])
}
