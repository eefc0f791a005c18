// Limits: what operators may set. See Limits.swift.

extension Limits {
    /// Setting: what `ring-seconds` may be: at least a few key frame distances, at most an hour.
    package static let ringMs: ClosedRange<UInt64> = 5_000...3_600_000
    /// Setting: what `grace` may be. 0 ends a stream as soon as its broadcaster is gone.
    package static let graceMs: ClosedRange<UInt64> = 0...3_600_000
    /// Setting: what `max-lag` may be: shorter than a second would make every viewer skip at every
    /// hiccup.
    package static let maxLagMs: ClosedRange<UInt64> = 1_000...600_000
    /// Setting: what `drain-delay` may be.
    package static let drainDelayMs: ClosedRange<UInt64> = 0...3_600_000
    /// Setting: what `drain-timeout` may be: at most a week, because each reload in that time adds
    /// workers beside those that still drain.
    package static let drainTimeoutMs: ClosedRange<UInt64> = 0...604_800_000
    /// Setting: what `stop-timeout` may be.
    package static let stopTimeoutMs: ClosedRange<UInt64> = 0...3_600_000
    /// Setting: networks in `exempt-network`, and in `trusted-proxy`.
    package static let exemptNetworks = 256
    /// Setting: web origins in `cors-origin`, and in `embed-origin`.
    package static let corsOrigins = 64
    /// Setting: characters of `site-name`: it stands in the head of every page, also on a phone.
    package static let siteNameCharacters = 60
    /// Setting: characters of `site-text`, and of `signup-text`: a paragraph.
    package static let siteTextCharacters = 500
    /// Machine: the file of the logo, and pixels of its edges. Every page shows it.
    package static let logoFileBytes = 256 * 1024
    package static let logoPixels = 16...2_048
    /// Setting: a path in a setting (PATH_MAX without the final NUL).
    package static let pathBytes = 4_095
    /// Machine: the file of a certificate or of its key. A chain of a dozen certificates is about 30 KB.
    package static let certificateFileBytes = 1024 * 1024
    /// Request: the name of an ACME challenge. Those of today have 43 characters; RFC 8555 has no
    /// upper bound.
    package static let challengeTokenBytes = 128
    /// Request: the file of an ACME challenge: its token, a dot, and 43 characters.
    package static let challengeFileBytes = 1_024
    /// Machine: the configuration file.
    package static let configurationFileBytes = 256 * 1024
    /// Setting: the URI of a MongoDB. Drivers accept longer ones, but people do not write them.
    package static let accountsURIBytes = 4_096
    /// Machine: the settings as the supervisor hands them to a worker.
    package static let encodedSettingsBytes = 256 * 1024
}
