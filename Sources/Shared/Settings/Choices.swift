// The settings that are one word out of a few.

/// Who may publish.
package enum PublishMode: String, CaseIterable, Sendable {
    /// Everybody who reaches the server, under any name.
    case open
    /// Users with an account, under their own names.
    case account
}

/// Who may make an account.
package enum SignUpMode: String, CaseIterable, Sendable {
    /// Anybody who reaches the server.
    case open
    /// Only the operator.
    case closed
}

/// Whether pages bind browsers to https (RFC 6797).
package enum TransportSecurityMode: String, CaseIterable, Sendable {
    /// Pages on port 443 do. The rule holds for all ports of a host, and other servers may be
    /// there.
    case auto
    case on
    case off
}

/// Whether the operators' page can change something.
package enum AdminActions: String, CaseIterable, Sendable {
    /// If only this machine reaches it.
    case auto
    case on
    case off
}

/// Where the control socket is.
package enum ControlSetting: Equatable, Sendable {
    /// In the folder that the service manager has made for sockets, else in the data directory.
    case automatic
    case off
    case path(String)
}

/// The field in which a proxy says who asks.
package enum ForwardedHeader: String, CaseIterable, Sendable {
    /// X-Forwarded-For, with X-Forwarded-Host.
    case xForwardedFor = "x-forwarded-for"
    /// Forwarded (RFC 7239).
    case forwarded
}

/// The least severe messages that are logged. The words are those of swift-log.
package enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical
}

/// Whether there is a log line for each request.
package enum AccessLogMode: String, CaseIterable, Sendable {
    case off
    case on
}

/// How log lines are written.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For people: time, level, message, key=value.
    case text
    /// For machines: one JSON object a line.
    case json
}
