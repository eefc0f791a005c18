// Numbers as digits, beside what the standard library makes of them.

import Testing

@testable import Media

struct DigitTests {
    /// Around each power of ten and of two, and the ends of the range.
    private static let numbers: [UInt64] = {
        let tens = (0..<20).map { (0..<$0).reduce(UInt64(1)) { power, _ in power * 10 } }
        let twos = (0..<64).map { UInt64(1) << UInt64($0) }
        return (tens + twos).flatMap { [$0 - 1, $0, $0 + 1] } + [.max]
    }()

    @Test("a number has the digits that it has, and zeros before it when more are wanted")
    func decimals() {
        for number in Self.numbers {
            let usual = String(number)
            for minimum in 1...6 {
                var bytes = Array("x".utf8)
                bytes.append(decimal: number, minimumDigits: minimum)
                let zeros = String(repeating: "0", count: max(minimum - usual.count, 0))
                #expect(String(decoding: bytes, as: UTF8.self) == "x" + zeros + usual)
            }
        }
    }

    @Test("a hexadecimal number has sixteen digits")
    func hexadecimals() {
        for number in Self.numbers {
            var bytes = Array("x".utf8)
            bytes.append(hexadecimal: number)
            let usual = String(number, radix: 16)
            let zeros = String(repeating: "0", count: 16 - usual.count)
            #expect(String(decoding: bytes, as: UTF8.self) == "x" + zeros + usual)
        }
    }
}
