// Tables of text: they fit whatever the width, and what matters most is kept longest.

import Testing

@testable import Supervisor

struct TextTableTests {
    private static let columns = [
        TextTable.Column("NAME", isNumber: false), TextTable.Column("RATE", rank: 1),
        TextTable.Column("LAG", rank: 2), TextTable.Column("VIEWERS"),
    ]
    private static let rows = [
        ["a", "2.5M", "0.1s", "1"], ["a-name-of-32-characters-as-long-as", "850k", "12s", "12000"],
    ]

    @Test("columns are as wide as their content, numbers to the right")
    func wide() {
        let lines = TextTable(Self.columns, rows: Self.rows, flexible: 0).lines(width: 100)
        #expect(
            lines == [
                "NAME                                RATE   LAG  VIEWERS",
                "a                                   2.5M  0.1s        1",
                "a-name-of-32-characters-as-long-as  850k   12s    12000",
            ])
    }

    @Test("no line is longer than there is room", arguments: 1...60)
    func fits(width: Int) {
        let lines = TextTable(Self.columns, rows: Self.rows, flexible: 0).lines(width: width)
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.count <= width })
    }

    @Test("first the name becomes shorter, then the least important column goes")
    func order() {
        let table = TextTable(Self.columns, rows: Self.rows, flexible: 0)
        #expect(table.lines(width: 40)[2] == "a-name-of-32-chara…  850k   12s    12000")
        #expect(table.lines(width: 31)[0] == "NAME              RATE  VIEWERS")
        #expect(table.lines(width: 24)[0] == "NAME             VIEWERS")
    }

    @Test("a text that is cut says so")
    func cut() {
        #expect("abcdef".cut(to: 6) == "abcdef")
        #expect("abcdef".cut(to: 5) == "abcd…")
        #expect("abcdef".cut(to: 1) == "…")
    }
}
