// A synchronous event loop over epoll: descriptors, timers, and work put off to the end of the turn.
// One thread owns a loop and everything registered with it; nothing here is thread-safe. Other
// threads and processes reach the loop by ringing an EventDescriptor that is registered with it.
//
// Readiness is level-triggered. Each registration carries an identity in epoll's user data, so an
// event that was queued for a descriptor closed earlier in the same turn is dropped, even when its
// number has been reused.

import CLinux
import Glibc

/// What a descriptor can wait for, and what has become true of it.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer has closed or the descriptor is in error. Always reported, never asked for.
    package static let hangup = Readiness(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)
}

/// Receives the readiness of one registered descriptor.
package protocol EventHandler: AnyObject {
    func handleReadiness(_ readiness: Readiness)
}

/// Names one registration with a loop. Valid until it is removed.
package struct Registration: Equatable, Sendable {
    fileprivate let slot: UInt32
    fileprivate let generation: UInt32
    fileprivate var userData: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
}

package final class EventLoop {
    private struct Slot {
        var generation: UInt32 = 0
        var rawDescriptor: Int32 = -1
        var handler: (any EventHandler)?
    }

    /// How many events one epoll_wait may return; more wait for the next turn.
    private static let eventsPerTurn = 512

    private let epoll: Descriptor
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var timers = TimerQueue()
    private var deferred: [() -> Void] = []
    private var stopped = false
    /// Called at the end of each turn with the microseconds it took, waiting not counted.
    package var onTurnEnd: ((_ durationUs: UInt64) -> Void)?

    /// CLOCK_MONOTONIC at the start of this turn, in milliseconds.
    package private(set) var nowMs: UInt64 = MonotonicClock.nowMs()

    /// Errors: EMFILE, ENFILE, ENOMEM.
    package init() throws(SystemError) {
        let raw = try systemCall("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
        epoll = Descriptor(owning: raw)
    }

    // MARK: Descriptors

    /// Watches a descriptor, which must stay open until `remove`. The loop keeps the handler alive.
    /// Errors: ENOSPC (the user's limit of epoll watches), ENOMEM, EPERM (not a pollable file).
    package func add(
        _ rawDescriptor: Int32, interest: Readiness, handler: any EventHandler
    ) throws(SystemError) -> Registration {
        let slot = freeSlots.popLast() ?? UInt32(slots.count)
        if slot == slots.count { slots.append(Slot()) }
        let registration = Registration(slot: slot, generation: slots[Int(slot)].generation)
        do {
            try control(EPOLL_CTL_ADD, rawDescriptor, interest, registration)
        } catch {
            freeSlots.append(slot)
            throw error
        }
        slots[Int(slot)].rawDescriptor = rawDescriptor
        slots[Int(slot)].handler = handler
        return registration
    }

    /// Changes what a registration waits for.
    package func modify(_ registration: Registration, interest: Readiness) {
        guard isCurrent(registration) else { return }
        let raw = slots[Int(registration.slot)].rawDescriptor
        do {
            try control(EPOLL_CTL_MOD, raw, interest, registration)
        } catch {
            preconditionFailure("a registered descriptor can be modified: \(error)")
        }
    }

    /// Stops watching and releases the handler. Call it before the descriptor is closed.
    package func remove(_ registration: Registration) {
        guard isCurrent(registration) else { return }
        let index = Int(registration.slot)
        try? control(EPOLL_CTL_DEL, slots[index].rawDescriptor, [], registration)
        slots[index].generation &+= 1
        slots[index].rawDescriptor = -1
        slots[index].handler = nil
        freeSlots.append(registration.slot)
    }

    private func isCurrent(_ registration: Registration) -> Bool {
        let slot = slots[Int(registration.slot)]
        return slot.generation == registration.generation && slot.handler != nil
    }

    private func control(
        _ operation: Int32, _ raw: Int32, _ interest: Readiness, _ registration: Registration
    ) throws(SystemError) {
        // epoll_event is unsafe by type only: its data is a union with a pointer, of which we use
        // the 64-bit number alone.
        var event = unsafe epoll_event()
        unsafe event.events = interest.rawValue
        unsafe event.data.u64 = registration.userData
        try systemCall("epoll_ctl") { unsafe epoll_ctl(epoll.raw, operation, raw, &event) }
    }

    // MARK: Timers and deferred work

    /// Runs `action` once, `delayMs` milliseconds after the start of this turn, or soon after.
    @discardableResult
    package func schedule(afterMs delayMs: UInt64, _ action: @escaping () -> Void) -> TimerID {
        timers.add(deadlineMs: nowMs + delayMs, action: action)
    }

    package func cancel(_ timer: TimerID) {
        timers.cancel(timer)
    }

    /// Runs `action` once at the end of this turn, before the loop sleeps again.
    package func atEndOfTurn(_ action: @escaping () -> Void) {
        deferred.append(action)
    }

    // MARK: Running

    /// Runs turns until `stop` is called.
    package func run() {
        var events = unsafe [epoll_event](repeating: epoll_event(), count: Self.eventsPerTurn)
        stopped = false
        while !stopped { unsafe turn(&events) }
    }

    /// Makes `run` return at the end of the turn.
    package func stop() {
        stopped = true
    }

    private func turn(_ events: inout [epoll_event]) {
        let count = unsafe wait(&events)
        let startUs = MonotonicClock.nowUs()
        nowMs = startUs / 1_000
        for index in 0..<count {
            unsafe deliver(events[index].data.u64, Readiness(rawValue: events[index].events))
        }
        while let action = timers.popDue(nowMs: nowMs) { action() }
        runDeferred()
        onTurnEnd?(MonotonicClock.nowUs() - startUs)
    }

    private func wait(_ events: inout [epoll_event]) -> Int {
        var timeoutMs: Int32 = -1
        if let deadlineMs = timers.nextDeadlineMs() {
            let current = MonotonicClock.nowMs()
            timeoutMs = Int32(clamping: deadlineMs > current ? deadlineMs - current : 0)
        }
        let count = unsafe events.withUnsafeMutableBufferPointer { buffer in
            unsafe epoll_wait(epoll.raw, buffer.baseAddress, Int32(buffer.count), timeoutMs)
        }
        // EINTR is a turn without events: signals arrive through a signalfd.
        return max(0, Int(count))
    }

    private func deliver(_ userData: UInt64, _ readiness: Readiness) {
        let registration = Registration(
            slot: UInt32(truncatingIfNeeded: userData), generation: UInt32(userData >> 32))
        guard isCurrent(registration) else { return }
        slots[Int(registration.slot)].handler?.handleReadiness(readiness)
    }

    private func runDeferred() {
        // Work may put off more work; a bound keeps two pieces from keeping each other alive for ever.
        var rounds = 0
        while !deferred.isEmpty && rounds < 8 {
            let work = deferred
            deferred.removeAll(keepingCapacity: true)
            for action in work { action() }
            rounds += 1
        }
        if !deferred.isEmpty { schedule(afterMs: 0) {} }
    }
}
