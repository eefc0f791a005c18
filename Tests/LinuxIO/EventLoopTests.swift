// The order of a turn: what is urgent first, much work in slices.

import Foundation
import Testing

@testable import LinuxIO

struct EventLoopTests {
    private final class Handler: EventHandler {
        let action: () -> Void
        init(_ action: @escaping () -> Void) { self.action = action }
        func handleReadiness(_ readiness: Readiness) { action() }
    }

    private final class Task: TurnTask {
        var left: Int
        var turns = 0
        let step: () -> Void
        init(left: Int, step: @escaping () -> Void) {
            self.left = left
            self.step = step
        }
        var hasWork: Bool { left > 0 }
        func work() {
            guard left > 0 else { return }
            left -= 1
            turns += 1
            step()
        }
    }

    @Test("an urgent descriptor is heard before any other, however many there are")
    func urgentFirst() throws {
        let loop = try EventLoop()
        var order: [String] = []
        var bells: [EventDescriptorBox] = []
        for _ in 0..<600 {
            let bell = try EventDescriptorBox()
            bells.append(bell)
            _ = try loop.add(
                bell.event.descriptor.raw, interest: .readable,
                handler: Handler { [unowned bell] in
                    order.append("other")
                    bell.event.clear()
                })
            bell.event.ring()
        }
        let urgent = try EventDescriptorBox()
        _ = try loop.add(
            urgent.event.descriptor.raw, interest: .readable, isUrgent: true,
            handler: Handler { [unowned urgent] in
                order.append("urgent")
                urgent.event.clear()
                loop.stop()
            })
        urgent.event.ring()
        loop.run()
        #expect(order.first == "urgent")
    }

    private final class EventDescriptorBox {
        let event: EventDescriptor
        init() throws { event = try EventDescriptor() }
    }

    @Test("a task with much to do has a slice of each turn, and timers and events theirs")
    func slices() throws {
        let loop = try EventLoop()
        var timerRanAfter: Int?
        var task: Task?
        let made = Task(left: 100) {}
        task = made
        loop.add(made)
        loop.schedule(afterMs: 0) { timerRanAfter = task?.turns }
        loop.onTurnEnd = { _ in if made.left == 0 { loop.stop() } }
        loop.run()
        #expect(made.turns == 100)
        #expect((timerRanAfter ?? 100) < 100)
    }

    @Test("work that a timer gives to a task is done without waiting for an event")
    func workFromTimers() throws {
        let loop = try EventLoop()
        let task = Task(left: 0) { loop.stop() }
        loop.add(task)
        loop.schedule(afterMs: 1) { task.left = 1 }
        loop.run()
        #expect(task.turns == 1)
    }

    @Test("urgent timers come before others that were due earlier")
    func urgentTimers() throws {
        let loop = try EventLoop()
        var order: [String] = []
        loop.schedule(afterMs: 0) { order.append("other") }
        loop.schedule(afterMs: 1, isUrgent: true) { order.append("urgent") }
        // The first turn finds both due.
        let start = MonotonicClock.nowMs()
        while MonotonicClock.nowMs() < start + 3 {}
        loop.onTurnEnd = { _ in if order.count == 2 { loop.stop() } }
        loop.run()
        #expect(order == ["urgent", "other"])
    }

    @Test("a timer that was cancelled does not run, in either queue", arguments: [true, false])
    func cancelled(isUrgent: Bool) throws {
        let loop = try EventLoop()
        var ran = false
        let timer = loop.schedule(afterMs: 0, isUrgent: isUrgent) { ran = true }
        loop.cancel(timer)
        loop.schedule(afterMs: 1) { loop.stop() }
        loop.run()
        #expect(!ran)
    }

    @Test("the end of a time beyond all times is not computed")
    func farTimer() throws {
        let loop = try EventLoop()
        loop.cancel(loop.schedule(afterMs: .max) {})
        loop.schedule(afterMs: 0) { loop.stop() }
        loop.run()
    }

    /// Runs a loop on a thread of its own until the test's process ends.
    private static func running() throws -> EventLoop {
        let loop = try EventLoop()
        let isRunning = DispatchSemaphore(value: 0)
        loop.schedule(afterMs: 0) { isRunning.signal() }
        nonisolated(unsafe) let shared = loop
        Thread.detachNewThread { shared.run() }
        isRunning.wait()
        return loop
    }

    @Test("a loop belongs to the thread that runs it, and to anybody while none does")
    func owner() async throws {
        let loop = try EventLoop()
        #expect(loop.isOwnThread)
        loop.schedule(afterMs: 0) {
            #expect(loop.isOwnThread)
            loop.stop()
        }
        loop.run()
        #expect(loop.isOwnThread)
        await #expect(processExitsWith: .success) {
            exit(try Self.running().isOwnThread ? 1 : 0)
        }
    }

    @Test("who touches a running loop from another thread is stopped")
    func foreignThread() async {
        await #expect(processExitsWith: .failure) {
            try Self.running().schedule(afterMs: 0) {}
        }
    }
}
