// Numbers as text of ASCII digits, without a string for each. Lists and the names in them are made of little
// else, and are made anew with each part.

extension Array<UInt8> {
    /// - Parameter minimumDigits: zeros come before a number that has fewer; at least 1.
    mutating func append(decimal number: UInt64, minimumDigits: Int = 1) {
        var digits = 1
        var rest = number / 10
        while rest > 0 {
            rest /= 10
            digits += 1
        }
        append(
            contentsOf: repeatElement(UInt8(ascii: "0"), count: Swift.max(digits, minimumDigits)))
        var place = count
        rest = number
        while rest > 0 {
            place -= 1
            self[place] += UInt8(rest % 10)
            rest /= 10
        }
    }

    /// Sixteen digits.
    mutating func append(hexadecimal number: UInt64) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(number >> UInt64(shift) & 0xF)
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
        }
    }
}
