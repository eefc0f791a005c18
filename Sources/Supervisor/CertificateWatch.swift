// Says in the log that the certificate is about to expire: when it begins to be served, and once a day from
// then on. The decision is pure. Owner: the thread of the supervisor's loop.

import LinuxIO
import Logging
import Settings
import Telemetry

/// What to say of a certificate at some time; nothing while it has weeks left.
struct ExpiryNotice: Equatable {
    let event: EventName
    let text: String

    /// - Parameters:
    ///   - expiresUnixS: seconds since 1970; 0: not known.
    ///   - path: the file that the certificate is in.
    init?(expiresUnixS: UInt64, nowUnixS: UInt64, path: String) {
        guard expiresUnixS > 0 else { return nil }
        let certificate = "the certificate \(Quoted.printable(path))"
        guard nowUnixS < expiresUnixS else {
            event = .certificateExpired
            text = "\(certificate) has expired: clients refuse it; renew it"
            return
        }
        let days = (expiresUnixS - nowUnixS) / 86_400
        guard days < Limits.certificateSoonDays else { return nil }
        event =
            days < Limits.certificateNowDays ? .certificateExpiresNow : .certificateExpiresSoon
        text =
            days == 0
            ? "\(certificate) expires within a day; renew it"
            : "\(certificate) expires in \(days) day\(days == 1 ? "" : "s"); renew it"
    }
}

final class CertificateWatch {
    private let loop: EventLoop
    private let logger: Logger
    private var certificate: (expiresUnixS: UInt64, path: String) = (0, "")
    private var timer: TimerID?

    init(loop: EventLoop, logger: Logger) {
        self.loop = loop
        self.logger = logger
    }

    /// New connections get this certificate. May be said again; that changes nothing.
    func serves(until expiresUnixS: UInt64, path: String) {
        guard certificate != (expiresUnixS, path) else { return }
        certificate = (expiresUnixS, path)
        look()
    }

    /// Somebody else watches from now on.
    func stop() {
        timer.map(loop.cancel)
        timer = nil
        certificate = (0, "")
    }

    private func look() {
        let notice = ExpiryNotice(
            expiresUnixS: certificate.expiresUnixS, nowUnixS: WallClock.nowMs() / 1_000,
            path: certificate.path)
        if let notice { logger.report(notice.event, "\(notice.text)") }
        timer.map(loop.cancel)
        timer = loop.schedule(afterMs: Limits.certificateLookMs) { [weak self] in self?.look() }
    }
}
