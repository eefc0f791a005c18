// A synchronous event loop over epoll. It handles descriptors, timers, tasks that work in slices
// (see TurnTask), and work put off to the end of the turn. One thread owns a loop and everything
// registered with it; nothing here is thread-safe. Other threads and processes reach the loop by
// ringing an EventDescriptor that is registered with it. `assertOwner` stands where that could be
// forgotten; it costs nothing in a release build.
//
// A turn is short, whatever has come in. Large amounts of work go into a task's list and are done
// in slices, and urgent descriptors and timers come first. The order of a turn: urgent events,
// other events, urgent timers, tasks and other timers in slices, deferred work. If an event can
// mean much work, its handler only notes it, and a task does the work.
//
// Readiness is level-triggered. Each registration carries an identity in epoll's user data. So an
// event that was queued for a descriptor closed earlier in the same turn is dropped, even if its
// number has been reused.

import CLinux
import Glibc

/// What a descriptor can wait for, and what has become true.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer has closed or the descriptor is in error. Always reported, never asked for.
    package static let hangup = Readiness(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)

    // Spelled out, because this is asked of every event, and a set that is written as a list costs an
    // array each time.

    /// There is something to be read, or to be noticed by reading.
    package static let input = Readiness(rawValue: readable.rawValue | hangup.rawValue)

    /// Whether any of these is true.
    package func hasAny(of others: Readiness) -> Bool { rawValue & others.rawValue != 0 }

    package func union(_ others: Readiness) -> Readiness {
        Readiness(rawValue: rawValue | others.rawValue)
    }
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
        var isUrgent = false
        var handler: (any EventHandler)?
    }

    /// How many events one epoll_wait may return; more wait for the next turn.
    private static let eventsPerTurn = 512
    private static let urgentPerTurn = 16
    /// How long a turn lets timers that are not urgent run, in microseconds.
    private static let timerSliceUs: UInt64 = 500
    /// The number by which the main epoll speaks of the urgent one; no registration has it.
    private static let urgentMark = UInt64.max

    private let epoll: Descriptor
    /// Holds the urgent descriptors. The main epoll watches it, so urgent events are found at once
    /// among any number of others.
    private let urgentEpoll: Descriptor
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var timers = TimerQueue(isUrgent: false)
    private var urgentTimers = TimerQueue(isUrgent: true)
    private var tasks: [any TurnTask] = []
    private var deferred: [() -> Void] = []
    private var stopped = false
    /// The thread inside `run`. Other threads read it only to find that they are not the owner.
    private var owner: pthread_t?
    /// Called at the end of each turn with the microseconds it took, not counting waiting.
    package var onTurnEnd: ((_ durationUs: UInt64) -> Void)?

    /// CLOCK_MONOTONIC at the start of this turn, in milliseconds.
    package var nowMs: UInt64 { turnMs }
    /// Private, so that the compiler sees that no two accesses overlap: otherwise each is checked while the
    /// program runs, and it is read many times for each request.
    private var turnMs = MonotonicClock.nowMs()
    /// CLOCK_MONOTONIC at the start of this turn, in microseconds.
    package var turnUs: UInt64 { turnStartUs }
    private var turnStartUs = MonotonicClock.nowUs()
    /// The number of this turn, from 1 on; nil while the loop does not run.
    package private(set) var turnNumber: UInt64?
    private var turns: UInt64 = 0

    /// Errors: EMFILE, ENFILE, ENOMEM.
    package init() throws(SystemError) {
        epoll = Descriptor(
            owning: try systemCall("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        urgentEpoll = Descriptor(
            owning: try systemCall("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        try Self.control(
            epoll.raw, EPOLL_CTL_ADD, urgentEpoll.raw, .readable, data: Self.urgentMark)
    }

    // MARK: Descriptors

    /// Watches a descriptor, which must stay open until `remove`. The loop keeps the handler alive.
    /// - Parameter isUrgent: its events come before all others of a turn. For few descriptors whose
    ///   handlers are quick.
    /// Errors: ENOSPC (the user's limit of epoll watches), ENOMEM, EPERM (not a pollable file).
    package func add(
        _ rawDescriptor: Int32, interest: Readiness, isUrgent: Bool = false,
        handler: any EventHandler
    ) throws(SystemError) -> Registration {
        assertOwner()
        let slot = freeSlots.popLast() ?? UInt32(slots.count)
        if slot == slots.count { slots.append(Slot()) }
        let registration = Registration(slot: slot, generation: slots[Int(slot)].generation)
        do {
            try Self.control(
                isUrgent ? urgentEpoll.raw : epoll.raw, EPOLL_CTL_ADD, rawDescriptor, interest,
                data: registration.userData)
        } catch {
            freeSlots.append(slot)
            throw error
        }
        slots[Int(slot)].rawDescriptor = rawDescriptor
        slots[Int(slot)].isUrgent = isUrgent
        slots[Int(slot)].handler = handler
        return registration
    }

    /// Changes what a registration waits for.
    package func modify(_ registration: Registration, interest: Readiness) {
        guard isCurrent(registration) else { return }
        do {
            try control(EPOLL_CTL_MOD, interest, registration)
        } catch {
            preconditionFailure("a registered descriptor can be modified: \(error)")
        }
    }

    /// Stops watching and releases the handler. Call it before the descriptor is closed.
    package func remove(_ registration: Registration) {
        assertOwner()
        guard isCurrent(registration) else { return }
        let index = Int(registration.slot)
        try? control(EPOLL_CTL_DEL, Readiness(), registration)
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
        _ operation: Int32, _ interest: Readiness, _ registration: Registration
    ) throws(SystemError) {
        let slot = slots[Int(registration.slot)]
        try Self.control(
            slot.isUrgent ? urgentEpoll.raw : epoll.raw, operation, slot.rawDescriptor, interest,
            data: registration.userData)
    }

    private static func control(
        _ epoll: Int32, _ operation: Int32, _ raw: Int32, _ interest: Readiness, data: UInt64
    ) throws(SystemError) {
        // epoll_event is unsafe by type only: its data is a union with a pointer, of which we use
        // the 64-bit number alone.
        var event = unsafe epoll_event()
        unsafe event.events = interest.rawValue
        unsafe event.data.u64 = data
        try systemCall("epoll_ctl") { unsafe epoll_ctl(epoll, operation, raw, &event) }
    }

    // MARK: Timers and deferred work

    /// Runs `action` once, `delayMs` milliseconds after the start of this turn, or soon after.
    /// - Parameter isUrgent: it runs before all that is not urgent. For few timers that are quick.
    @discardableResult
    package func schedule(
        afterMs delayMs: UInt64, isUrgent: Bool = false, _ action: @escaping () -> Void
    ) -> TimerID {
        assertOwner()
        let deadlineMs = nowMs &+ min(delayMs, UInt64.max - nowMs)
        return isUrgent
            ? urgentTimers.add(deadlineMs: deadlineMs, action: action)
            : timers.add(deadlineMs: deadlineMs, action: action)
    }

    package func cancel(_ timer: TimerID) {
        assertOwner()
        timer.isUrgent ? urgentTimers.cancel(timer) : timers.cancel(timer)
    }

    /// Gives a task its slice of every turn, behind those that were added before. The loop keeps it
    /// alive.
    package func add(_ task: any TurnTask) {
        assertOwner()
        tasks.append(task)
    }

    /// Runs `action` once at the end of this turn, before the loop sleeps again.
    package func atEndOfTurn(_ action: @escaping () -> Void) {
        assertOwner()
        deferred.append(action)
    }

    // MARK: Running

    /// Runs turns until `stop` is called.
    package func run() {
        var events = unsafe [epoll_event](repeating: epoll_event(), count: Self.eventsPerTurn)
        var urgentEvents = unsafe [epoll_event](
            repeating: epoll_event(), count: Self.urgentPerTurn)
        stopped = false
        owner = pthread_self()
        defer {
            owner = nil
            turnNumber = nil
        }
        while !stopped { unsafe turn(&events, &urgentEvents) }
    }

    /// Whether the caller may touch what belongs to the loop: it is on the loop's thread, or the loop does
    /// not run.
    package var isOwnThread: Bool {
        guard let owner else { return true }
        return owner == pthread_self()
    }

    /// Stops a debug build if it is not on the loop's thread. For the entry points of whatever
    /// belongs to the loop.
    package func assertOwner(file: StaticString = #file, line: UInt = #line) {
        assert(isOwnThread, "this belongs to the loop's thread", file: file, line: line)
    }

    /// Makes `run` return at the end of the turn.
    package func stop() {
        stopped = true
    }

    private func turn(_ events: inout [epoll_event], _ urgentEvents: inout [epoll_event]) {
        let count = unsafe wait(&events)
        let startUs = MonotonicClock.nowUs()
        turnMs = startUs / 1_000
        turnStartUs = startUs
        turns &+= 1
        turnNumber = turns
        // They may stand behind more events than fit into one turn.
        let hidesUrgent = count == Self.eventsPerTurn
        let hasUrgent = (0..<count).contains { unsafe isUrgentMark(events[$0]) }
        if hidesUrgent || hasUrgent { unsafe deliverUrgent(&urgentEvents) }
        for index in 0..<count where unsafe !isUrgentMark(events[index]) {
            unsafe deliver(events[index].data.u64, Readiness(rawValue: events[index].events))
        }
        while let action = urgentTimers.popDue(nowMs: nowMs) { action() }
        for task in tasks { task.work() }
        runTimers()
        runDeferred()
        onTurnEnd?(MonotonicClock.nowUs() - startUs)
    }

    private func isUrgentMark(_ event: epoll_event) -> Bool {
        unsafe event.data.u64 == Self.urgentMark
    }

    private func deliverUrgent(_ events: inout [epoll_event]) {
        let count = unsafe wait(on: urgentEpoll.raw, &events, timeoutMs: 0)
        for index in 0..<count {
            unsafe deliver(events[index].data.u64, Readiness(rawValue: events[index].events))
        }
    }

    /// Timers that are due, the earliest first, as far as the slice goes; at least one.
    private func runTimers() {
        let slice = TurnSlice(us: Self.timerSliceUs)
        while let action = timers.popDue(nowMs: nowMs) {
            action()
            if slice.isOver { break }
        }
    }

    private func wait(_ events: inout [epoll_event]) -> Int {
        unsafe wait(on: epoll.raw, &events, timeoutMs: timeoutMs())
    }

    /// Until the next timer; 0 when something is left to do, -1 when nothing is.
    private func timeoutMs() -> Int32 {
        if !deferred.isEmpty { return 0 }
        for task in tasks where task.hasWork { return 0 }
        let deadlineMs = min(
            urgentTimers.nextDeadlineMs() ?? .max, timers.nextDeadlineMs() ?? .max)
        guard deadlineMs != .max else { return -1 }
        let currentMs = MonotonicClock.nowMs()
        return Int32(clamping: deadlineMs > currentMs ? deadlineMs - currentMs : 0)
    }

    private func wait(on raw: Int32, _ events: inout [epoll_event], timeoutMs: Int32) -> Int {
        let count = unsafe events.withUnsafeMutableBufferPointer { buffer in
            unsafe epoll_wait(raw, buffer.baseAddress, Int32(buffer.count), timeoutMs)
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
        // Work may put off more work; a bound keeps two pieces from keeping each other in one turn.
        var rounds = 0
        while !deferred.isEmpty && rounds < 8 {
            let work = deferred
            deferred.removeAll(keepingCapacity: true)
            for action in work { action() }
            rounds += 1
        }
    }
}
