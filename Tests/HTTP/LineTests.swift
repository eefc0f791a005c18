// Lines: first in, first out.

import Testing

@testable import HTTP

struct LineTests {
    private final class Member: LineMember {
        var behind = LineFollowers<Member>()
        let number: Int

        init(_ number: Int) {
            self.number = number
        }
    }

    @Test("what came first leaves first, whatever comes and goes in between")
    func order() {
        var line = Line<Member>()
        var next = 0
        var expected = 0
        for round in 0..<1_000 {
            for _ in 0..<(round % 7) {
                line.append(Member(next), .input)
                next += 1
            }
            for _ in 0..<(round % 5) {
                guard let first = line.popFirst(.input) else { break }
                #expect(first.number == expected)
                expected += 1
            }
            #expect(line.isEmpty == (expected == next))
        }
        while let first = line.popFirst(.input) {
            #expect(first.number == expected)
            expected += 1
        }
        #expect(line.isEmpty && expected == next)
    }

    @Test("a member of lines of all kinds has its place in each of them")
    func kinds() {
        let members = (0..<3).map(Member.init)
        for (kind, order) in zip(
            ConnectionTurns.Kind.allCases, [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]])
        {
            var line = Line<Member>()
            for number in order { line.append(members[number], kind) }
            var other = Line<Member>()
            let next: ConnectionTurns.Kind = kind == .output ? .mediaInput : .output
            for number in order.reversed() { other.append(members[number], next) }
            var left: [Int] = []
            while let member = line.popFirst(kind) { left.append(member.number) }
            #expect(left == order)
            while let member = other.popFirst(next) { left.append(member.number) }
            #expect(left == order + order.reversed())
        }
    }

    @Test("a line keeps its members alive, and what has left it is not kept alive")
    func release() {
        var line = Line<Member>()
        weak var weakly: Member?
        do {
            let member = Member(0)
            weakly = member
            line.append(member, .output)
            line.append(Member(1), .output)
        }
        #expect(weakly != nil)
        let first = line.popFirst(.output)?.number
        #expect(first == 0)
        #expect(weakly == nil)
        _ = line.popFirst(.output)
    }
}
