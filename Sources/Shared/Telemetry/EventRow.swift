// The table of events: how severe each is, what it means, and what to do. EventName.swift says how a line
// gets its name, and makes docs/logs.md from this.

import Logging

/// What is known of one event.
struct EventRow: Sendable {
    let name: EventName
    let level: Logger.Level
    /// Whole sentences, for people who look up a line.
    let meaning: String
    let remedy: String

    private init(_ name: EventName, _ level: Logger.Level, _ meaning: String, _ remedy: String) {
        self.name = name
        self.level = level
        self.meaning = meaning
        self.remedy = remedy
    }

    /// In the order in which documentation shows them.
    static let all = server + workers + connections + certificates + streams + accounts

    static func of(_ name: EventName) -> EventRow {
        guard let row = all.first(where: { $0.name == name }) else {
            preconditionFailure("every event has a row")
        }
        return row
    }

    private static let server = [
        EventRow(
            .serverReady, .notice,
            "Every worker serves.",
            "Nothing."),
        EventRow(
            .serverStops, .notice,
            "Weir was told to stop; requests may finish.",
            "Nothing."),
        EventRow(
            .serverStopsSoon, .notice,
            "Weir was told to stop, and serves on for `--drain-delay`, while `/readyz` says 503.",
            "Nothing."),
        EventRow(
            .stopForced, .warning,
            "A second signal ended Weir before its requests had finished.",
            "Raise `--stop-timeout` or the patience of what sent the signal."),
        EventRow(
            .reloadDone, .notice,
            "New connections get the new settings and the new certificate.",
            "Nothing."),
        EventRow(
            .reloadRefused, .error,
            "A reload found something wrong, so nothing has changed.",
            "The message says what. Correct it, and reload again."),
        EventRow(
            .restartNeeded, .warning,
            "A reload found a setting changed that takes effect only after a restart.",
            "Restart Weir when it suits."),
        EventRow(
            .tookOver, .notice,
            "This Weir has taken over from an older one, which keeps the connections it has.",
            "Nothing."),
        EventRow(
            .upgradeDone, .notice,
            "A newer Weir has taken over from this one.",
            "Nothing."),
        EventRow(
            .upgradeRefused, .error,
            "A newer Weir could not take over, so nothing has changed.",
            "The message says why. Correct it, and upgrade again."),
        EventRow(
            .environmentUnknown, .warning,
            "A variable of the environment looks like a misspelt setting.",
            "Correct its name, or remove it."),
        EventRow(
            .publishingOpen, .warning,
            "Anybody may broadcast under any name (`--publish open`).",
            "Use it for trials on a private network only."),
        EventRow(
            .passwordInFlags, .warning,
            """
            The database's password stands on the command line, where everybody on the \
            machine sees it.
            """,
            "Give the URI in the environment or in the configuration file."),
        EventRow(
            .adminExposed, .warning,
            "The admin listener, which has no password, is not on a loopback address, or may even be used to end broadcasts there.",
            "Let a firewall keep strangers away, or use a loopback address."),
        EventRow(
            .operatorActs, .notice,
            """
            Somebody who may has ended a broadcast, or has used `weir reload`, `weir upgrade` or \
            `weir drain`. `by` says who: a user of the machine by number, or an address.
            """,
            "Nothing, if it was one of you."),
        EventRow(
            .strangerRefused, .warning,
            "A user who is neither root nor the server's own has tried the control socket.",
            "Find out what that user does here; `user` is the number."),
        EventRow(
            .openFilesFew, .warning,
            "Few open files are allowed, so there can be few connections.",
            "Raise the hard limit: `LimitNOFILE=` in the unit, or `ulimit -Hn`."),
        EventRow(
            .addressFamilyMissing, .notice,
            "The machine lacks IPv4 or IPv6, so Weir listens on the addresses of the other alone.",
            "Nothing, if the machine is meant to be so."),
        EventRow(
            .fileSystemRisky, .warning,
            "The data directory is on a file system that may fail in other ways than a local disk does.",
            "The message says how. See docs/faults.md."),
    ]

    private static let workers = [
        EventRow(
            .workerDied, .error,
            """
            A worker process ended without being asked to. Its connections are lost; another \
            worker takes its place.
            """,
            "Look at the lines before it; report a crash, with the core file if there is one."),
        EventRow(
            .workerKilled, .error,
            "A worker was stuck, or broke the rules of the control channel, and was killed.",
            """
            As for `worker-died`. If machines are short of processor time, look for what \
            takes it.
            """),
        EventRow(
            .workerStartFailed, .error,
            "A worker process could not be started.",
            "The cause names the system's reason: memory, processes, or a missing `weir-worker`."),
        EventRow(
            .workerCannotServe, .critical,
            """
            A worker gave up while it started: a certificate, a store or the data directory \
            cannot be used.
            """,
            "The message says what and why."),
        EventRow(
            .workerRestartWaits, .warning,
            "A worker keeps dying, so its next start waits a while.",
            "As for `worker-died`."),
        EventRow(
            .workerRestartUrgent, .warning,
            "No worker serves, so the next one starts without a pause.",
            "As for `worker-died`."),
        EventRow(
            .workerExitLate, .warning,
            "A worker that was to end did not, and was killed.",
            "Nothing, unless it is often."),
        EventRow(
            .workerExitBad, .warning,
            "A worker ended badly while the server stopped.",
            "As for `worker-died`."),
        EventRow(
            .controlChannelBroken, .error,
            "A worker lost its connection to the supervisor, and ends.",
            "Look for the end of the supervisor; report it if there was none."),
        EventRow(
            .supervisorGone, .warning,
            "The supervisor has ended, so this worker ends its connections and exits.",
            "Look for why the supervisor ended: it was killed, perhaps for memory."),
    ]

    private static let connections = [
        EventRow(
            .connectionsRefused, .warning,
            "Every worker has as many connections as it may have; new ones are closed.",
            "More workers or machines; raise `LimitNOFILE=` if it is low."),
        EventRow(
            .clientOverShare, .warning,
            "One client has as many connections as one may have; its new ones are closed.",
            "If many people come from that address, name it with `--exempt-network`."),
        EventRow(
            .acceptFailed, .warning,
            "The system gives no descriptors or memory for new connections.",
            "Raise its limits, or look for what uses them up."),
        EventRow(
            .connectionLost, .warning,
            "A worker had no descriptor left for a connection, which is lost.",
            "Raise `LimitNOFILE=`."),
        EventRow(
            .proxyNotTrusted, .warning,
            "Somebody connects to a listener of the PROXY protocol who is no trusted proxy.",
            "If it is a proxy of yours, name it with `--trusted-proxy`."),
        EventRow(
            .proxyHeaderMissing, .warning,
            "A trusted proxy connects without a header of the PROXY protocol.",
            "Turn the protocol on in the proxy, or take the address out of `--proxy-protocol`."),
        EventRow(
            .requestEnded, .info,
            "A request is over. One line for each, with `--access-log on`.",
            "Nothing."),
    ]

    private static let certificates = [
        EventRow(
            .certificateExpiresSoon, .warning,
            "The certificate has fewer than 21 days left.",
            """
            Look why it was not renewed: `systemctl status certbot.timer`, `certbot renew \
            --dry-run`.
            """),
        EventRow(
            .certificateExpiresNow, .error,
            "The certificate has three days left or fewer.",
            "Renew it now."),
        EventRow(
            .certificateExpired, .error,
            "The certificate has expired: clients refuse it.",
            "Renew it now."),
    ]

    private static let streams = [
        EventRow(
            .streamStarted, .notice,
            "A broadcast has begun.",
            "Nothing."),
        EventRow(
            .streamEnded, .notice,
            "A broadcast is over, for the reason that is given.",
            "Nothing."),
        EventRow(
            .streamRecovered, .notice,
            "A stream of before the start waits for its publisher.",
            "Nothing."),
        EventRow(
            .publisherChanged, .notice,
            "The publisher of a stream went away, stopped sending, or came back.",
            "Nothing; if it is often, look at the publisher's network."),
        EventRow(
            .broadcastRefused, .notice,
            "A request to publish was refused, for the reason that is given.",
            "Tell the broadcaster. The reasons are in [http-api.md](http-api.md)."),
        EventRow(
            .broadcastFailed, .warning,
            "A request to publish failed because of the server: its disk, its store, its bounds.",
            "The reason says which, and `cause` how. Look at `/readyz` and at the disk."),
        EventRow(
            .broadcastNotRecorded, .warning,
            "A broadcast that has ended is missing from its owner's history.",
            "Look at the store of accounts and at the disk."),
        EventRow(
            .mediaBroken, .warning,
            "Media that cannot be right was passed over; the broadcast goes on.",
            "Look at the encoder."),
        EventRow(
            .streamUnjoinable, .warning,
            "Nobody can join a stream: its ring holds no key frame.",
            "Let the encoder send a key frame every few seconds, or raise `--ring-size`."),
        EventRow(
            .ringTooSmall, .warning,
            "A ring is too small for HLS: key frames are seldom for its bit rate.",
            "Raise `--ring-size`, or shorten the encoder's key frame distance."),
        EventRow(
            .ringUnwritable, .error,
            "A ring cannot be written.",
            "The error says why: usually the disk or its permissions."),
        EventRow(
            .ringUnreadable, .error,
            "A ring cannot be opened.",
            "As for `ring-unwritable`."),
        EventRow(
            .ringNotRecovered, .error,
            "A ring of before the start could not be taken over.",
            "As for `ring-unwritable`."),
        EventRow(
            .ringDamaged, .error,
            "A damaged ring was put aside into `DATA/damaged`; its name can be used again.",
            "Check the disk. If it is sound, report the folder; then remove it."),
        EventRow(
            .ringStuck, .error,
            "A damaged ring can be neither put aside nor removed.",
            "Check the permissions of the data directory, and the disk."),
        EventRow(
            .ringOfOtherVersion, .notice,
            "A ring of another version of Weir is left alone.",
            "Remove it when no server of that version is to use it any more."),
    ]

    private static let accounts = [
        EventRow(
            .storeSilent, .warning,
            "The store of accounts does not answer this worker.",
            "Look at the database, and at the way to it."),
        EventRow(
            .storeAnswers, .notice,
            "The store of accounts answers again.",
            "Nothing."),
        EventRow(
            .accountsUnavailable, .warning,
            "A question to the store of accounts had no answer; the person was told to try again.",
            "As for `store-silent`."),
        EventRow(
            .signInRefused, .notice,
            "Somebody may not sign in or up, for the reason that is given.",
            "Nothing, unless one `client` stands out: close it out in the firewall."),
    ]
}
