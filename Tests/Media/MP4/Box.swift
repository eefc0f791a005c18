// Boxes of MP4 taken apart, by other code than that which writes them.

/// A box, with its content.
struct Box {
    let name: String
    let content: [UInt8]

    /// Those that have nothing but boxes in them.
    private static let containers: Set<String> = [
        "moov", "trak", "mdia", "minf", "dinf", "stbl", "mvex", "moof", "traf",
    ]

    /// Boxes one after the other; nil when they do not come out even.
    static func list(_ bytes: some Collection<UInt8>) -> [Box]? {
        var boxes: [Box] = []
        var rest = [UInt8](bytes)[...]
        while !rest.isEmpty {
            guard rest.count >= 8 else { return nil }
            let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard size >= 8, size <= rest.count else { return nil }
            let name = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
            boxes.append(Box(name: name, content: [UInt8](rest.prefix(size).dropFirst(8))))
            rest = rest.dropFirst(size)
        }
        return boxes
    }

    /// What is in it: all of the content, or what follows so many bytes of other things.
    func children(after count: Int = 0) -> [Box] { Box.list(content.dropFirst(count)) ?? [] }

    /// The box at the end of a path.
    static func at(_ path: String, in bytes: [UInt8]) -> Box? {
        var boxes = list(bytes)
        var found: Box?
        for name in path.split(separator: "/") {
            found = boxes?.first { $0.name == String(name) }
            boxes = found?.children(after: name == "stsd" ? 8 : 0)
        }
        return found
    }

    /// Names with what is in each: "moov(mvhd trak(...))".
    static func tree(_ bytes: [UInt8]) -> String {
        (list(bytes) ?? []).map { box in
            containers.contains(box.name) ? "\(box.name)(\(tree(box.content)))" : box.name
        }.joined(separator: " ")
    }
}
