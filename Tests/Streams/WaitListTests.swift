// The list of those who wait, and how often they are woken.

import LinuxIO
import Settings
import Testing

@testable import Streams

@Suite struct WaitListTests {
    private final class Member: Waiter {
        var place = 0
        var wakes = 0
        var looks: [UInt64] = []
        var isGone = false
        var onWake: () -> Void = {}

        func wake() {
            wakes += 1
            onWake()
        }
        func lookAfter(nowMs: UInt64) { looks.append(nowMs) }
        func letGo() { isGone = true }
    }

    private func list(_ members: [Member]) -> WaitList {
        let list = WaitList()
        for member in members { list.add(member) }
        return list
    }

    @Test("one that leaves is not woken any more, and all others are, once", arguments: 0..<5)
    func leaving(gone: Int) {
        let members = (0..<5).map { _ in Member() }
        let list = list(members)
        list.remove(members[gone])
        list.wake()
        #expect(list.count == 4)
        #expect(members.map(\.wakes) == (0..<5).map { $0 == gone ? 0 : 1 })
        // In whatever order the others leave.
        for member in members where member !== members[gone] { list.remove(member) }
        #expect(list.isEmpty)
    }

    @Test("one that is woken may leave, and take others along")
    func leavingWhileWoken() {
        let members = (0..<5).map { _ in Member() }
        let list = list(members)
        members[1].onWake = { [unowned list] in
            list.remove(members[1])
            list.remove(members[4])
        }
        list.wake()
        #expect(list.count == 3)
        #expect(members.prefix(4).allSatisfy { $0.wakes == 1 })
        members[1].onWake = {}
        list.wake()
        #expect(members.map { $0.wakes - 1 }.prefix(4) == [1, 0, 1, 1])
    }

    @Test("parts of the list, in turn, are the whole list", arguments: 1...7)
    func parts(count: Int) {
        let members = (0..<5).map { _ in Member() }
        let list = list(members)
        for part in 0..<count { list.lookAfter(part: part + 3, of: count, nowMs: 9) }
        #expect(members.allSatisfy { $0.looks == [9] })
    }

    @Test("as many are let go as is asked", arguments: [0, 2, 5, 9])
    func letGo(most: Int) {
        let members = (0..<5).map { _ in Member() }
        list(members).letGo(atMost: most)
        #expect(members.count(where: \.isGone) == min(most, 5))
    }

    @Test("a waiter that leaves twice is a bug that stops the process")
    func leavingTwice() async {
        await #expect(processExitsWith: .failure) {
            let member = Member()
            let list = WaitList()
            list.add(member)
            list.add(Member())
            list.remove(member)
            list.remove(member)
        }
    }

    @Test("members of a long list are woken a few at a time, each once, whoever leaves meanwhile")
    func rounds() {
        let few = Limits.viewersWokenAtOnce
        let members = (0..<4 * few + 3).map { _ in Member() }
        let list = list(members)
        let rounds = WakeRounds()
        rounds.wake(list)
        #expect(members.map(\.wakes).reduce(0, +) == few)
        rounds.work()
        // Of those who have been woken, and of those who have not.
        let gone = [members[0], members[few], members[2 * few], members[4 * few + 2]]
        for member in gone { list.remove(member) }
        while rounds.hasWork { rounds.work() }
        for member in members where !gone.contains(where: { $0 === member }) {
            #expect(member.wakes == 1)
        }
    }

    @Test("all members of a long list may leave when they are woken, one after the other")
    func leavingInRounds() {
        let members = (0..<40 * Limits.viewersWokenAtOnce + 5).map { _ in Member() }
        let list = list(members)
        var depth = 0
        for member in members {
            member.onWake = { [unowned list, unowned member] in
                depth += 1
                #expect(depth == 1, "nobody is woken by somebody who leaves")
                list.remove(member)
                depth -= 1
            }
        }
        let rounds = WakeRounds()
        rounds.wake(list)
        while rounds.hasWork { rounds.work() }
        #expect(list.isEmpty)
        #expect(members.allSatisfy { $0.wakes == 1 })
    }

    @Test("what comes during a round is another one, and short lists are woken at once")
    func anotherRound() {
        let members = (0..<2 * Limits.viewersWokenAtOnce).map { _ in Member() }
        let (long, short) = (list(members), list([Member(), Member()]))
        let rounds = WakeRounds()
        for _ in 0..<3 { rounds.wake(long) }
        rounds.wake(short)
        #expect(rounds.hasWork)
        while rounds.hasWork { rounds.work() }
        #expect(members.allSatisfy { $0.wakes == 2 })
        rounds.wake(short)
        #expect(!rounds.hasWork)
    }

    @Test("what comes often is told at once and then together, and nothing is left untold")
    func pace() throws {
        let loop = try EventLoop()
        var wakes = 0
        let pace = WakePace(loop: loop) {
            wakes += 1
            if wakes == 2 { loop.stop() }
        }
        loop.schedule(afterMs: 0) {
            for _ in 0..<3 { pace.ring(intervalMs: 20) }
            #expect(wakes == 1)
        }
        // Instead of waiting for ever if it does not come.
        loop.schedule(afterMs: 10_000) { loop.stop() }
        loop.run()
        #expect(wakes == 2)
    }
}
