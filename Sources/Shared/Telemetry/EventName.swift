// The names of what one would alert on. A log line about such a thing carries its name as `event`, which
// never changes, while the message is for people and may. The table of all of them is in
// EventRow.swift; docs/logs.md is made from it.

import Logging

/// What has happened. The raw value is the name in the log.
package enum EventName: String, CaseIterable, Sendable {
    // MARK: The server

    case serverReady = "server-ready"
    case serverStops = "server-stops"
    case serverStopsSoon = "server-stops-soon"
    case stopForced = "stop-forced"
    case reloadDone = "reload-done"
    case reloadRefused = "reload-refused"
    case restartNeeded = "restart-needed"
    case tookOver = "took-over"
    case upgradeDone = "upgrade-done"
    case upgradeRefused = "upgrade-refused"
    case environmentUnknown = "environment-unknown"
    case publishingOpen = "publishing-open"
    case passwordInFlags = "password-in-flags"
    case adminExposed = "admin-exposed"
    case operatorActs = "operator-acts"
    case strangerRefused = "stranger-refused"
    case openFilesFew = "open-files-few"
    case addressFamilyMissing = "address-family-missing"
    case fileSystemRisky = "file-system-risky"

    // MARK: Workers

    case workerDied = "worker-died"
    case workerKilled = "worker-killed"
    case workerStartFailed = "worker-start-failed"
    case workerCannotServe = "worker-cannot-serve"
    case workerRestartWaits = "worker-restart-waits"
    case workerRestartUrgent = "worker-restart-urgent"
    case workerExitLate = "worker-exit-late"
    case workerExitBad = "worker-exit-bad"
    case controlChannelBroken = "control-channel-broken"
    case supervisorGone = "supervisor-gone"

    // MARK: Connections

    case connectionsRefused = "connections-refused"
    case clientOverShare = "client-over-share"
    case acceptFailed = "accept-failed"
    case connectionLost = "connection-lost"
    case proxyNotTrusted = "proxy-not-trusted"
    case proxyHeaderMissing = "proxy-header-missing"
    case requestEnded = "request-ended"

    // MARK: Certificates

    case certificateExpiresSoon = "certificate-expires-soon"
    case certificateExpiresNow = "certificate-expires-now"
    case certificateExpired = "certificate-expired"

    // MARK: Streams

    case streamStarted = "stream-started"
    case streamEnded = "stream-ended"
    case streamRecovered = "stream-recovered"
    case publisherChanged = "publisher-changed"
    case broadcastRefused = "broadcast-refused"
    case broadcastFailed = "broadcast-failed"
    case broadcastNotRecorded = "broadcast-not-recorded"
    case mediaBroken = "media-broken"
    case streamUnjoinable = "stream-unjoinable"
    case ringTooSmall = "ring-too-small"
    case ringUnwritable = "ring-unwritable"
    case ringUnreadable = "ring-unreadable"
    case ringNotRecovered = "ring-not-recovered"
    case ringDamaged = "ring-damaged"
    case ringStuck = "ring-stuck"
    case ringOfOtherVersion = "ring-of-other-version"

    // MARK: Accounts

    case storeSilent = "store-silent"
    case storeAnswers = "store-answers"
    case accountsUnavailable = "accounts-unavailable"
    case signInRefused = "sign-in-refused"

    /// The key under which a message carries its name.
    static let metadataKey = "event"
}

extension Logger {
    /// Logs what has happened, at the level that the table gives it.
    package func report(
        _ event: EventName, _ message: @autoclosure () -> Logger.Message,
        metadata: @autoclosure () -> Logger.Metadata = [:]
    ) {
        log(
            level: EventRow.of(event).level, message(),
            metadata: metadata().merging(
                [EventName.metadataKey: "\(event.rawValue)"], uniquingKeysWith: { $1 }))
    }
}

extension EventName {
    /// The reference of all events as a Markdown table.
    package static func markdownTable() -> String {
        let rows = EventRow.all.map { row in
            ["`\(row.name.rawValue)`", row.level.rawValue, row.meaning, row.remedy]
        }
        let header = ["Event", "Level", "What has happened", "What to do"]
        let lines = [header, header.map { _ in "---" }] + rows
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
}
