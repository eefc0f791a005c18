// Looking for something rare in many bytes, sixteen at a time.
//
// Unsafe use: sixteen bytes are read as one vector only after a check that they exist, and a vector's
// bits are read as two numbers of the same size.

extension Span<UInt8> {
    private static var vectorBytes: Int { 16 }

    private func vector(at index: Int) -> SIMD16<UInt8> {
        unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: SIMD16<UInt8>.self)
    }

    private static func hasAny(_ mask: SIMDMask<SIMD16<Int8>>) -> Bool {
        let bits = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        return bits[0] | bits[1] != 0
    }

    /// The position of the first such byte at or after `start`.
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        precondition(start >= 0)
        var index = start
        let wanted = SIMD16(repeating: byte)
        while index + Self.vectorBytes <= count, !Self.hasAny(vector(at: index) .== wanted) {
            index += Self.vectorBytes
        }
        while index < count {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// A place from `start` on, not behind the first two zeros that stand together, and near them unless
    /// there are none.
    func placeNearZeros(from start: Int) -> Int {
        precondition(start >= 0)
        var index = start
        let zeros = SIMD16<UInt8>(repeating: 0)
        while index + 2 * Self.vectorBytes < count {
            let first = vector(at: index) | vector(at: index + 1)
            let next = index + Self.vectorBytes
            let second = vector(at: next) | vector(at: next + 1)
            if Self.hasAny((first .== zeros) .| (second .== zeros)) { break }
            index += 2 * Self.vectorBytes
        }
        return index
    }
}
