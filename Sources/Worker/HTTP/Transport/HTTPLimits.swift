// The bounds of this module, as one value: the product uses the defaults, tests shorten them. Times in
// milliseconds, sizes in bytes; Limits gives the reasons.

import LinuxIO
import Settings

package struct HTTPLimits: Sendable {
    package var connections = Limits.connectionsPerWorker
    package var proxyHeaderMs = Limits.proxyHeaderMs
    package var handshakeMs = Limits.handshakeMs
    package var idleConnectionMs = Limits.idleConnectionMs
    package var progressBytes = Limits.progressBytes
    package var progressMs = Limits.progressMs
    package var lingerMs = Limits.lingerMs
    package var stageBytes = Limits.stageBytes
    package var requestsPerTurn = Limits.requestsPerTurn
    package var notSentLowWaterBytes = Limits.notSentLowWaterBytes

    package var streamsPerConnection = Limits.streamsPerConnection
    package var headerBytes = Limits.headerBytes
    package var headerFields = Limits.headerFields
    package var targetBytes = Limits.targetBytes
    package var hpackTableBytes = Limits.hpackTableBytes
    package var requestWindowBytes = Limits.requestWindowBytes
    package var connectionWindowBytes = Limits.connectionWindowBytes
    package var headerSectionMs = Limits.headerSectionMs
    package var bodyFirstByteMs = Limits.bodyFirstByteMs
    package var bodyIdleMs = Limits.bodyIdleMs

    package var methodBytes = Limits.methodBytes
    package var chunkExtensionBytes = Limits.chunkExtensionBytes
    package var trailerBytes = Limits.trailerBytes
    package var trailerFields = Limits.trailerFields

    package var resetsPer10s = Limits.resetsPer10s
    package var controlFramesPer10s = Limits.controlFramesPer10s
    package var continuationFrames = Limits.continuationFrames
    package var emptyDataFramesPer10s = Limits.emptyDataFramesPer10s
    package var uselessBytes = Limits.uselessBytes
    package var uselessBytesPerSecond = Limits.uselessBytesPerSecond
    package var lateBytesPerReset = Limits.lateBytesPerReset
    package var outboundControlFrames = Limits.outboundControlFrames

    var deadPeerWatch: DeadPeerWatch {
        DeadPeerWatch(
            idleSeconds: Limits.deadPeerIdleSeconds,
            intervalSeconds: Limits.deadPeerIntervalSeconds, probes: Limits.deadPeerProbes,
            userTimeoutMs: Limits.deadPeerMs)
    }

    var progress: ProgressRule { ProgressRule(bytes: progressBytes, windowMs: progressMs) }

    /// For a connection of a trusted proxy: what one client may do there, many may.
    var ofProxy: HTTPLimits {
        var limits = self
        limits.resetsPer10s *= Limits.clientsOfProxyConnection
        limits.controlFramesPer10s *= Limits.clientsOfProxyConnection
        limits.emptyDataFramesPer10s *= Limits.clientsOfProxyConnection
        limits.uselessBytes *= Limits.clientsOfProxyConnection
        limits.uselessBytesPerSecond *= Limits.clientsOfProxyConnection
        return limits
    }

    package init() {}
}
