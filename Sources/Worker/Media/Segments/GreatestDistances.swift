// The greatest of many distances, but for the odd one out: one hiccup says nothing about what is usual.
//
// It keeps only the greatest few. So of very many distances fewer are passed over than the share says,
// and the answer is rather too great than too small.

struct GreatestDistances: Sendable, Equatable {
    /// In milliseconds, greatest first.
    private(set) var greatest: [UInt16] = []
    private(set) var count: UInt32 = 0

    /// How many are kept.
    private static let most = 9
    /// More are not counted.
    private static let mostCount: UInt32 = 1_000_000
    /// Greater ones count as this.
    static let longestMs: Int64 = 60_000

    var longestMs: Int64 { Int64(greatest.first ?? 0) }

    mutating func note(_ ms: Int64) {
        count = min(count, Self.mostCount - 1) + 1
        let distance = UInt16(min(max(ms, 0), Self.longestMs))
        if greatest.count == Self.most {
            guard distance > greatest[Self.most - 1] else { return }
            greatest.removeLast()
        }
        let place = greatest.firstIndex { $0 < distance } ?? greatest.count
        greatest.insert(distance, at: place)
    }

    /// The greatest, if one of so many is passed over; nil when there is none.
    func usualMs(passingOverOneIn share: UInt32) -> Int64? {
        guard !greatest.isEmpty else { return nil }
        return Int64(greatest[min(Int(count / share), greatest.count - 1)])
    }

    // MARK: As bytes

    func append(to output: inout OutputSpan<UInt8>) {
        output.append(bigEndian: UInt64(count), count: 4)
        for index in 0..<Self.most {
            let ms = index < greatest.count ? greatest[index] : 0
            output.append(bigEndian: UInt64(ms), count: 2)
        }
    }

    init() {}

    init(from reader: inout SnapshotReader) throws(MediaError) {
        count = UInt32(try reader.unsigned(4))
        for index in 0..<Self.most {
            let ms = UInt16(try reader.unsigned(2))
            if UInt32(index) < count { greatest.append(ms) }
        }
        guard count <= Self.mostCount, greatest.allSatisfy({ $0 <= Self.longestMs }),
            zip(greatest, greatest.dropFirst()).allSatisfy({ $0 >= $1 })
        else { throw .malformed("the distances of a plan are out of range") }
    }
}
