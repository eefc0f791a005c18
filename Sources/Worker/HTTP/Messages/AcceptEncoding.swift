// What a client says about compressed content: the field Accept-Encoding (RFC 9110, section 12.5.3).
//
// Pure. Without the field, nothing is compressed, although the RFC would allow it: a client that does
// not ask for compression may not understand it.

enum AcceptEncoding {
    static func takesGzip(_ field: Span<UInt8>) -> Bool {
        var takesOthers = false
        var start = 0
        while start < field.count {
            let end = field.firstIndex(of: UInt8(ascii: ","), from: start) ?? field.count
            let element = field.extracting(start..<end)
            let nameEnd = element.firstIndex(of: UInt8(ascii: ";")) ?? element.count
            let name = element.extracting(element.trimmed(0..<nameEnd))
            let isRefused = hasZeroWeight(element.extracting(nameEnd..<element.count))
            if name.equalsIgnoringCase("gzip") || name.equalsIgnoringCase("x-gzip") {
                return !isRefused
            }
            if name.equals("*") { takesOthers = !isRefused }
            start = end + 1
        }
        return takesOthers
    }

    /// Whether parameters, each after a semicolon, contain "q=0", "q=0." or "q=0.000".
    private static func hasZeroWeight(_ parameters: Span<UInt8>) -> Bool {
        var start = 0
        while start < parameters.count {
            let end =
                parameters.firstIndex(of: UInt8(ascii: ";"), from: start + 1) ?? parameters.count
            let parameter = parameters.extracting(parameters.trimmed(start + 1..<end))
            if parameter.count >= 3, parameter.extracting(0..<3).equalsIgnoringCase("q=0"),
                parameter.extracting(3..<parameter.count).allSatisfy({
                    $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".")
                })
            {
                return true
            }
            start = end
        }
        return false
    }
}
