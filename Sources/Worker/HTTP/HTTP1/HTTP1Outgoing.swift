// Header sections that an HTTP/1.1 connection has to send and that are not in the stage yet.
//
// Unsafe use: bytes are copied to the shared stage, between `stageCount` and `stageLimit` only.

struct HTTP1Outgoing {
    private var bytes: [UInt8] = []
    /// The bytes before it are in the stage.
    private var offset = 0

    var isEmpty: Bool { offset == bytes.count }

    mutating func append(_ more: [UInt8]) {
        if isEmpty {
            bytes = more
            offset = 0
        } else {
            bytes += more
        }
    }

    /// Moves as much into the stage as fits.
    mutating func fill(_ buffers: SharedBuffers) {
        guard !isEmpty else { return }
        let count = min(bytes.count - offset, buffers.stageLimit - buffers.stageCount)
        guard count > 0 else { return }
        unsafe bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            unsafe (buffers.stage + buffers.stageCount).copyMemory(
                from: base + offset, byteCount: count)
        }
        buffers.stageCount += count
        offset += count
        if isEmpty { self = HTTP1Outgoing() }
    }
}
