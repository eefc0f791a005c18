// A table of text that fits into a number of columns: first the name becomes shorter, then what matters least
// is left out. Pure.

struct TextTable {
    struct Column {
        let title: String
        /// The first to go when there is no room are those with the highest rank; 0 stays.
        let rank: Int
        let isNumber: Bool

        init(_ title: String, rank: Int = 0, isNumber: Bool = true) {
            self.title = title
            self.rank = rank
            self.isNumber = isNumber
        }
    }

    private let columns: [Column]
    private let rows: [[String]]
    /// The column that becomes shorter, if any.
    private let flexible: Int?

    /// What the flexible column keeps at least, unless its texts are shorter.
    private static let leastFlexible = 12
    private static let gap = 2

    init(_ columns: [Column], rows: [[String]], flexible: Int?) {
        precondition(rows.allSatisfy { $0.count == columns.count }, "a row has all cells")
        self.columns = columns
        self.rows = rows
        self.flexible = flexible
    }

    /// The title line and a line for each row, none longer than `width`.
    func lines(width: Int) -> [String] {
        var kept = Array(columns.indices)
        var widths = columns.indices.map { index in
            max(columns[index].title.count, rows.map { $0[index].count }.max() ?? 0)
        }
        func total() -> Int {
            kept.reduce(0) { $0 + widths[$1] } + Self.gap * (kept.count - 1)
        }
        if let flexible { shrink(&widths[flexible], by: total() - width) }
        while total() > width, let last = kept.max(by: isKeptLonger), columns[last].rank > 0 {
            kept.removeAll { $0 == last }
        }
        if let flexible {
            // What was left out may have made room again.
            let full = rows.map { $0[flexible].count }.max() ?? 0
            widths[flexible] = min(max(widths[flexible], full), widths[flexible] + width - total())
        }
        return ([columns.map(\.title)] + rows).map { line(of: $0, kept, widths, width) }
    }

    private func isKeptLonger(_ one: Int, _ other: Int) -> Bool {
        (columns[one].rank, one) < (columns[other].rank, other)
    }

    private func shrink(_ columnWidth: inout Int, by excess: Int) {
        guard excess > 0 else { return }
        columnWidth = max(min(columnWidth, Self.leastFlexible), columnWidth - excess)
    }

    private func line(
        of cells: [String], _ kept: [Int], _ widths: [Int], _ width: Int
    ) -> String {
        let texts = kept.map { index in
            let text = cells[index].cut(to: max(widths[index], 1))
            let padding = String(repeating: " ", count: max(0, widths[index] - text.count))
            return columns[index].isNumber ? padding + text : text + padding
        }
        let line = texts.joined(separator: String(repeating: " ", count: Self.gap))
        return line.withoutTrailingSpace.cut(to: width)
    }
}

extension String {
    /// No longer than `width` characters; what was cut ends with an ellipsis.
    func cut(to width: Int) -> String {
        count <= width ? self : String(prefix(max(0, width - 1))) + "…"
    }

    var withoutTrailingSpace: String {
        var rest = self[...]
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
