// A header section while it is being received, held to the limits: what is over them is noted and
// not stored, so that the request can still be answered with 414 or 431.

struct IncomingHeaders {
    /// Beyond this many times the limits, the peer gets no answer but a reset.
    private static let patience = 4

    /// When it began, in milliseconds of the loop.
    let sinceMs: UInt64
    private(set) var block = HeaderBlock()
    private var fields = 0
    private var bytes = 0
    private var isTargetTooLong = false

    init(sinceMs: UInt64) {
        self.sinceMs = sinceMs
    }

    /// Takes one field; false when the section is so far over the limits that it ends here.
    mutating func append(
        name: Span<UInt8>, value: Span<UInt8>, limits: HTTPLimits
    ) -> Bool {
        fields += 1
        bytes += name.count + value.count
        let isPath = name.count == 5 && name[0] == UInt8(ascii: ":") && name[1] == UInt8(ascii: "p")
        if isPath, value.count > limits.targetBytes { isTargetTooLong = true }
        if !isTooLarge(limits), !isTargetTooLong { block.append(name: name, value: value) }
        return fields <= Self.patience * limits.headerFields
            && bytes <= Self.patience * limits.headerBytes
    }

    private func isTooLarge(_ limits: HTTPLimits) -> Bool {
        fields > limits.headerFields || bytes > limits.headerBytes
    }

    /// What is wrong with the section, if anything.
    func problem(_ limits: HTTPLimits) -> Problem? {
        if isTargetTooLong { return .targetTooLong }
        return isTooLarge(limits) ? .headersTooLarge : nil
    }
}
