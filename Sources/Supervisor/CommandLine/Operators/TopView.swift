// What `weir top` shows, and what keys change: a screenful of lines from a status. Pure.

struct TopView {
    /// What the streams are sorted by.
    enum Order: String, CaseIterable {
        case trouble
        case viewers
        case bitrate
        case lag
        case name

        var next: Order {
            let all = Self.allCases
            return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
        }

        func isBefore(_ one: ServerStatus.Stream, _ other: ServerStatus.Stream) -> Bool {
            switch self {
            case .trouble: ServerStatus.isWorse(one, other)
            case .viewers: (-one.viewers, one.name) < (-other.viewers, other.name)
            case .bitrate: (-one.bitrateBps, one.name) < (-other.bitrateBps, other.name)
            case .lag: (-one.lagMs, one.name) < (-other.lagMs, other.name)
            case .name: one.name < other.name
            }
        }
    }

    private(set) var order = Order.trouble
    /// How many streams lie above the screen.
    private(set) var skipped = 0
    private(set) var isOver = false

    /// What has come from the keyboard: several keys where somebody is quick, or the network is not.
    mutating func press(_ bytes: [UInt8], page: Int) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Self.keyBytes(rest)
            press(key: rest.prefix(count), page: page)
            rest = rest.dropFirst(count)
        }
    }

    /// How many bytes the first key has sent: one, or a control sequence (ECMA-48, section 5.4).
    private static func keyBytes(_ bytes: ArraySlice<UInt8>) -> Int {
        guard bytes.starts(with: [0x1B, UInt8(ascii: "[")]) else { return 1 }
        let parameters = bytes.dropFirst(2).prefix { (0x20...0x3F).contains($0) }
        return min(2 + parameters.count + 1, bytes.count)
    }

    private mutating func press(key: ArraySlice<UInt8>, page: Int) {
        switch String(decoding: key, as: UTF8.self) {
        case "q", "Q", "\u{3}": isOver = true
        case "s", "S":
            order = order.next
            skipped = 0
        case "j", "\u{1B}[B": skipped += 1
        case "k", "\u{1B}[A": skipped -= 1
        case " ", "\u{1B}[6~": skipped += page
        case "b", "\u{1B}[5~": skipped -= page
        case "g", "\u{1B}[H": skipped = 0
        default: break
        }
        skipped = max(0, skipped)
    }

    /// Exactly `rows` lines or fewer, each at most `columns` characters long.
    /// - Parameter fault: why there is no newer status; nil when there is none.
    mutating func lines(
        _ status: ServerStatus, earlier: ServerStatus?, columns: Int, rows: Int, fault: String?,
        hasColours: Bool
    ) -> [String] {
        let text = StatusText(status, earlier: earlier, width: columns, hasColours: hasColours)
        let sorted = (status.streams ?? []).sorted(by: order.isBefore)
        var top = text.headlines
        if let fault { top.append(fault.cut(to: text.width)) }
        // The streams get at least half of the screen.
        let room = max(3, rows / 2 - top.count)
        top += shortened(text.workerLines, to: room)
        top += [text.streamSummary]
        let left = max(0, rows - top.count - 1)
        skipped = min(skipped, max(0, sorted.count - 1))
        let list = text.streamLines(sorted.dropFirst(skipped), most: left).prefix(left)
        return top + list + [help.cut(to: text.width)]
    }

    private func shortened(_ lines: [String], to count: Int) -> [String] {
        guard lines.count > count else { return lines }
        return lines.prefix(count - 1) + ["and \(lines.count - count + 1) more workers"]
    }

    private var help: String { "by \(order.rawValue); s: sort, j/k: scroll, q: quit" }
}
