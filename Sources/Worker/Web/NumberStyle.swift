// How a language writes numbers, as Intl.NumberFormat does in scripts.

import Text

struct NumberStyle: Sendable {
    /// Between the whole and its decimals: "." or ",".
    let decimal: String
    /// Between thousands.
    let group: String
    /// Smaller numbers stand without separators.
    let groupedFrom: Int

    init(_ table: JSONValue) {
        guard let decimal = table["decimal"]?.string, let group = table["group"]?.string,
            let groupedFrom = table["groupFrom"]?.integer
        else { preconditionFailure("a table of words does not say how numbers are written") }
        self.decimal = decimal
        self.group = group
        self.groupedFrom = Int(groupedFrom)
    }

    /// Thousands apart: "1,234,567". `number` is not negative.
    func text(_ number: Int) -> String {
        if number < groupedFrom { return String(number) }
        var groups: [String] = []
        var rest = number
        while rest >= 1_000 {
            let digits = String(rest % 1_000)
            groups.append(String(repeating: "0", count: 3 - digits.count) + digits)
            rest /= 1_000
        }
        return ([String(rest)] + groups.reversed()).joined(separator: group)
    }

    /// A number of tenths: "1.2" for 12.
    func text(tenths: UInt64) -> String { "\(tenths / 10)\(decimal)\(tenths % 10)" }
}
