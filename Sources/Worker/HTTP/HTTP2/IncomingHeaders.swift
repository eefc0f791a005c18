// A header section of HTTP/2 while it is being received, held to the limits. What exceeds them is noted
// and not stored, so that the request can still be answered with 414 or 431. The section's statement of
// its host is held to the rule of HTTP/1.1 (see Authority).

/// Used again for the next section (see SpentExchanges).
final class IncomingHeaders {
    /// Beyond the limits times this, the peer gets no answer but a reset.
    private static let patience = 4

    /// When it began, in milliseconds of the loop.
    private(set) var sinceMs: UInt64
    private(set) var block: HeaderBlock
    private let mostTargetBytes: Int
    private let mostFields: Int
    private let mostBytes: Int
    private var fields = 0
    private var bytes = 0
    private var isTargetTooLong = false
    /// The Host field, which HTTP/2 clients rarely send.
    private var host: [UInt8]?
    private var hostFailure: HTTP1Failure?

    init(sinceMs: UInt64, limits: HTTPLimits) {
        self.sinceMs = sinceMs
        block = HeaderBlock()
        mostTargetBytes = limits.targetBytes
        mostFields = limits.headerFields
        mostBytes = limits.headerBytes
    }

    /// Begins anew; the former block belongs to a request. Call `begin` before anything else.
    /// - Parameter block: an empty one, to be filled.
    func clear(for block: HeaderBlock) {
        self.block = block
        fields = 0
        bytes = 0
        isTargetTooLong = false
        if host != nil { host = nil }
        hostFailure = nil
    }

    func begin(sinceMs: UInt64) { self.sinceMs = sinceMs }

    /// Takes one field; false when the section exceeds the limits so far that it ends here.
    func append(name: Span<UInt8>, value: Span<UInt8>) -> Bool {
        fields += 1
        bytes += name.count + value.count
        let isPath = name.count == 5 && name[0] == UInt8(ascii: ":") && name[1] == UInt8(ascii: "p")
        if isPath, value.count > mostTargetBytes { isTargetTooLong = true }
        if !isTooLarge, !isTargetTooLong {
            // The length comes first: this is asked of every field of every request.
            if name.count == 4 || name.count == 10 { takeHost(name: name, value: value) }
            block.append(name: name, value: value)
        }
        return fields <= Self.patience * mostFields && bytes <= Self.patience * mostBytes
    }

    private func takeHost(name: Span<UInt8>, value: Span<UInt8>) {
        let isHost = name.equals("host")
        guard isHost || name.equals(":authority") else { return }
        if !Authority.isValid(value) { hostFailure = .malformedHost }
        guard isHost else { return }
        if host != nil { hostFailure = .repeatedHost }
        var bytes: [UInt8] = []
        bytes.append(value)
        host = bytes
    }

    /// What is wrong with the host that the complete section states.
    private var contradiction: HTTP1Failure? {
        guard let host else { return block.authority.isEmpty ? .missingHost : nil }
        return block.authority.isEmpty || block.hasAuthority(host) ? nil : .contradictoryHost
    }

    private var isTooLarge: Bool { fields > mostFields || bytes > mostBytes }

    /// What is wrong with the section, if anything.
    var problem: Problem? {
        if isTargetTooLong { return .targetTooLong }
        if isTooLarge { return .headersTooLarge }
        return (hostFailure ?? contradiction)?.problem
    }
}
