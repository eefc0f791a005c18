// Watches everything for which a connection may not take too long. Each connection has one timer. It is
// only moved when something has to be checked sooner, so ordinary traffic does not touch it at all.
//
// Times are milliseconds of the loop.

import LinuxIO

extension Connection {
    /// Makes sure that the connection is checked within that time.
    func ensureCheck(afterMs delayMs: UInt64) {
        let deadlineMs = server.loop.nowMs + delayMs
        guard !isClosed, deadlineMs < plannedLook?.atMs ?? .max else { return }
        if let plannedLook { server.loop.cancel(plannedLook.timer) }
        let timer = server.loop.schedule(afterMs: delayMs) { [unowned self] in check() }
        plannedLook = (timer: timer, atMs: deadlineMs)
    }

    /// Makes sure that an incomplete header section is checked in time.
    func watchHeaderSection() {
        guard session?.headerSectionSinceMs != nil else { return }
        ensureCheck(afterMs: server.limits.headerSectionMs)
    }

    private func check() {
        plannedLook = nil
        let nowMs = server.loop.nowMs
        let deadlineMs = clock.deadlineMs(
            in: phase.stage, headSinceMs: session?.headerSectionSinceMs,
            isIdle: session?.openExchanges.isEmpty ?? true, server.limits)
        if let deadlineMs {
            if nowMs >= deadlineMs { return expire() }
            ensureCheck(afterMs: deadlineMs - nowMs)
        }
        guard let session else { return }
        if case .open = phase, isOutputTooSlow(nowMs) {
            return expire()
        }
        let isWindowTooSlow = isWindowTooSlow(session, nowMs)
        for exchange in session.openExchanges {
            checkBody(of: exchange, nowMs)
            checkResponse(of: exchange, session, isWindowTooSlow: isWindowTooSlow, nowMs)
            guard self.session != nil else { return }
        }
        // Streams held by a closed window report nothing, so they are checked at intervals.
        if !session.openExchanges.isEmpty { ensureCheck(afterMs: server.limits.progressMs / 2) }
    }

    /// Everything that waits for the window of the connection has to move as a whole: on a slow network,
    /// many responses share the window.
    private func isWindowTooSlow(_ session: any ProtocolSession, _ nowMs: UInt64) -> Bool {
        isTooSlow(
            windowWatch.look(
                isHeld: session.isHeldByPeer, movedBytes: session.payloadBytesSent, nowMs: nowMs,
                server.limits.progress))
    }

    private func isOutputTooSlow(_ nowMs: UInt64) -> Bool {
        var looked = output
        let verdict = looked.look(nowMs: nowMs, server.limits.progress)
        output = looked
        return isTooSlow(verdict)
    }

    /// Plans another check if the verdict is still open.
    private func isTooSlow(_ verdict: ProgressWatch.Verdict) -> Bool {
        switch verdict {
        case .free: return false
        case .tooSlow: return true
        case .held(let lookAfterMs):
            ensureCheck(afterMs: lookAfterMs)
            return false
        }
    }

    private func expire() {
        if case .introducing = phase { return refuseIntroduction() }
        // An idle peer is told. A peer that does not read or shake hands would not hear it.
        guard !isBlocked, case .open(let session) = phase else { return close(.timeout) }
        announceEnd(of: session, .silence)
    }

    /// Checks a body that we are willing to read: it has to arrive.
    private func checkBody(of exchange: Exchange, _ nowMs: UInt64) {
        guard isTooSlow(exchange.lookAtBody(nowMs: nowMs, server.limits)) else { return }
        exchange.respond(.requestTimeout)
        exchange.noteCause(.timeout)
    }

    /// Checks a response: the peer's windows have to let it through. After a response is complete, the
    /// rest of the request has little time.
    private func checkResponse(
        of exchange: Exchange, _ session: any ProtocolSession, isWindowTooSlow: Bool,
        _ nowMs: UInt64
    ) {
        if case .sent(let sentMs) = exchange.response {
            let deadlineMs = sentMs + server.limits.lingerMs
            guard nowMs >= deadlineMs else { return ensureCheck(afterMs: deadlineMs - nowMs) }
            return session.cutOffBody(exchange)
        }
        // A response that was given because its body stopped has its cause already.
        guard exchange.closeCause == nil || exchange.closeCause == .timeout else { return }
        let own = exchange.sendWatch.look(
            isHeld: session.isHeldByPeer(exchange), movedBytes: exchange.sentBytes, nowMs: nowMs,
            server.limits.progress)
        let isTooSlow = isTooSlow(own) || (isWindowTooSlow && exchange.response.wantsToSend)
        guard isTooSlow else { return }
        exchange.abandonResponse(.timeout)
        exchange.reset(.cancel)
    }
}
