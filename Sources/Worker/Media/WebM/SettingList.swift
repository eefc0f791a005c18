// Elements with numbers that are passed on from a master element of the source, out of a list of those
// that players need. A value outside its range is left out: it would make a decoder stumble and shows
// nothing.

/// Numbers out of one master element, in the order in which they are written.
struct SettingList: Sendable, Equatable {
    private(set) var integers: [UInt32: UInt64] = [:]
    private(set) var floats: [UInt32: Double] = [:]

    subscript(id: UInt32) -> UInt64? {
        get { integers[id] }
        set { integers[id] = newValue }
    }

    var isEmpty: Bool { integers.isEmpty && floats.isEmpty }

    /// Keeps a child if it is one of those wanted; one that comes twice counts as it came first.
    mutating func read(
        _ child: Element, in bytes: Span<UInt8>, wanted: [Setting]
    ) throws(MediaError) {
        guard let setting = wanted.first(where: { $0.id == child.id }) else { return }
        switch setting.values {
        case .integers(let range):
            let value = try child.unsigned(in: bytes)
            if range.contains(value), integers[child.id] == nil { integers[child.id] = value }
        case .floats(let range):
            let value = try child.float(in: bytes)
            if range.contains(value), floats[child.id] == nil { floats[child.id] = value }
        }
    }

    /// The elements, in the order of the list.
    func bytes(_ wanted: [Setting]) -> [UInt8] {
        var bytes: [UInt8] = []
        for setting in wanted {
            if let value = integers[setting.id] {
                bytes.appendElement(setting.id, unsigned: value)
            } else if let value = floats[setting.id] {
                bytes.appendElement(setting.id, float: value)
            }
        }
        return bytes
    }

    mutating func remove(_ ids: [UInt32]) {
        for id in ids { integers[id] = nil }
    }
}

/// An element that is passed on, and its values that make sense.
struct Setting: Sendable {
    enum Values: Sendable {
        case integers(ClosedRange<UInt64>)
        case floats(ClosedRange<Double>)
    }

    let id: UInt32
    let values: Values

    init(_ id: UInt32, _ range: ClosedRange<UInt64>) {
        self.id = id
        values = .integers(range)
    }

    init(_ id: UInt32, floats range: ClosedRange<Double>) {
        self.id = id
        values = .floats(range)
    }
}
