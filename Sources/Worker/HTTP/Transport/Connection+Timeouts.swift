// What a connection may not take too long for. One timer per connection looks at everything; it is
// moved forward only when something has to be looked at sooner, never back, so that ordinary
// traffic touches no timer at all.
//
// Times are milliseconds of the loop.

import LinuxIO

extension Connection {
    /// Makes sure that the connection is looked at within that time.
    func ensureCheck(afterMs delayMs: UInt64) {
        let deadlineMs = server.loop.nowMs + delayMs
        guard !isClosed, deadlineMs < plannedLook?.atMs ?? .max else { return }
        if let plannedLook { server.loop.cancel(plannedLook.timer) }
        let timer = server.loop.schedule(afterMs: delayMs) { [unowned self] in check() }
        plannedLook = (timer: timer, atMs: deadlineMs)
    }

    /// A header section that is not complete yet has to be looked at in time.
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
        if case .open = phase, isTooSlow(output.look(nowMs: nowMs, server.limits.progress)) {
            return expire()
        }
        let isWindowTooSlow = isWindowTooSlow(session, nowMs)
        for exchange in session.openExchanges {
            checkBody(of: exchange, nowMs)
            checkResponse(of: exchange, session, isWindowTooSlow: isWindowTooSlow, nowMs)
            guard self.session != nil else { return }
        }
        // Streams held by a closed window report nothing, so they are looked at now and then.
        if !session.openExchanges.isEmpty { ensureCheck(afterMs: server.limits.progressMs / 2) }
    }

    /// All that waits for the window of the connection has to move together: on a slow network many
    /// responses share what there is.
    private func isWindowTooSlow(_ session: any ProtocolSession, _ nowMs: UInt64) -> Bool {
        isTooSlow(
            windowWatch.look(
                isHeld: session.isHeldByPeer, movedBytes: session.payloadBytesSent, nowMs: nowMs,
                server.limits.progress))
    }

    /// Looks again in time when it is not clear yet.
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
        server.counters.timeouts += 1
        // An idle peer is told, one that does not read or shake hands would not hear it.
        guard !isBlocked, case .open(let session) = phase else { return close(.timeout) }
        announceEnd(of: session, .silence)
    }

    /// A body that we are willing to read has to arrive.
    private func checkBody(of exchange: Exchange, _ nowMs: UInt64) {
        guard isTooSlow(exchange.lookAtBody(nowMs: nowMs, server.limits)) else { return }
        server.counters.timeouts += 1
        exchange.respond(.requestTimeout)
        exchange.noteCause(.timeout)
    }

    /// A response that could go on has to be let through by the peer's windows. After one that is
    /// complete, the rest of the request has little time.
    private func checkResponse(
        of exchange: Exchange, _ session: any ProtocolSession, isWindowTooSlow: Bool,
        _ nowMs: UInt64
    ) {
        if case .sent(let sentMs) = exchange.response {
            let deadlineMs = sentMs + server.limits.lingerMs
            guard nowMs >= deadlineMs else { return ensureCheck(afterMs: deadlineMs - nowMs) }
            return session.cutOffBody(exchange)
        }
        // One that was answered because its body stopped has its cause already.
        guard exchange.closeCause == nil || exchange.closeCause == .timeout else { return }
        let own = exchange.sendWatch.look(
            isHeld: session.isHeldByPeer(exchange), movedBytes: exchange.sentBytes, nowMs: nowMs,
            server.limits.progress)
        let isTooSlow = isTooSlow(own) || (isWindowTooSlow && exchange.response.wantsToSend)
        guard isTooSlow else { return }
        server.counters.timeouts += 1
        exchange.abandonResponse(.timeout)
        exchange.reset(.cancel)
    }
}
