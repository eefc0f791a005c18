// The buffers that all connections of a worker share. A connection uses them within one call and
// leaves nothing behind, so memory for them does not grow with the number of connections:
//
//   receive    what recv() brought             -> the library reads it through TransportBIO
//   cleartext  what SSL_read() decrypted       -> nghttp2
//   frame      what nghttp2 packs a frame in   -> the stage (see HTTP2Session.fillStage)
//   stage      frames nghttp2 wants to send    -> RecordWriter, or SSL_write()
//   ciphertext records                         -> one send()
//
// Unsafe use: five allocations, freed together in deinit; offsets are kept within the capacities
// below by the methods that move them. Owner: the loop's thread.

@safe
final class SharedBuffers {
    static let receiveCapacity = 64 * 1024
    /// How many bytes are thrown away at once, without ever being copied here.
    static let discardBytes = 256 * 1024
    /// One TLS record at most (RFC 8446 section 5.1).
    static let cleartextCapacity = 16 * 1024
    /// A frame of the largest size we send (RFC 9113 section 4.2), with its header and a byte for
    /// padding.
    static let frameCapacity = 17 * 1024
    /// What may follow a full stage: one more control or HEADERS frame.
    private static let stageSlack = 32 * 1024
    /// Header, tag and padding of a record, rounded up.
    private static let recordOverhead = 64
    /// Handshake flights with long certificate chains.
    private static let ciphertextSlack = 128 * 1024

    let receive: UnsafeMutableRawPointer
    let cleartext: UnsafeMutableRawPointer
    let frame: UnsafeMutableRawPointer
    let stage: UnsafeMutableRawPointer
    let ciphertext: UnsafeMutableRawPointer
    let stageCapacity: Int
    let ciphertextCapacity: Int

    /// The part of `receive` that the library has not read yet.
    var receivePosition = 0
    var receiveEnd = 0
    var stageCount = 0
    /// Where this connection's turn ends; at most the stage's capacity less its slack.
    var stageLimit = 0
    var ciphertextCount = 0

    init(stageBytes: Int) {
        stageCapacity = stageBytes + Self.stageSlack
        let records = stageCapacity / Self.cleartextCapacity + 2
        ciphertextCapacity =
            stageCapacity + records * Self.recordOverhead + Self.ciphertextSlack
        let alignment = 4_096
        unsafe receive = .allocate(byteCount: Self.receiveCapacity, alignment: alignment)
        unsafe cleartext = .allocate(byteCount: Self.cleartextCapacity, alignment: alignment)
        unsafe frame = .allocate(byteCount: Self.frameCapacity, alignment: alignment)
        unsafe stage = .allocate(byteCount: stageCapacity, alignment: alignment)
        unsafe ciphertext = .allocate(byteCount: ciphertextCapacity, alignment: alignment)
    }

    deinit {
        unsafe receive.deallocate()
        unsafe cleartext.deallocate()
        unsafe frame.deallocate()
        unsafe stage.deallocate()
        unsafe ciphertext.deallocate()
    }

    /// Appends frame bytes; false when they do not fit, and then nothing is appended.
    func appendToStage(_ bytes: UnsafeRawPointer, count: Int) -> Bool {
        guard stageCount < stageLimit, count <= stageCapacity - stageCount else { return false }
        unsafe (stage + stageCount).copyMemory(from: bytes, byteCount: count)
        stageCount += count
        return true
    }

    /// Appends record bytes; false when they do not fit, which ends the connection.
    func appendToCiphertext(_ bytes: UnsafeRawPointer, count: Int) -> Bool {
        guard count <= ciphertextCapacity - ciphertextCount else { return false }
        unsafe (ciphertext + ciphertextCount).copyMemory(from: bytes, byteCount: count)
        ciphertextCount += count
        return true
    }

    /// Where the next `count` bytes of records go, for a caller who adds to `ciphertextCount` what it has
    /// written there; nil when they do not fit.
    func roomForCiphertext(_ count: Int) -> UnsafeMutableRawPointer? {
        guard count <= ciphertextCapacity - ciphertextCount else { return nil }
        return unsafe ciphertext + ciphertextCount
    }

    /// There are received bytes that have not been taken.
    var hasReceived: Bool { receivePosition < receiveEnd }

    /// Takes up to `count` received bytes; 0 when there are none left.
    func takeReceived(into target: UnsafeMutableRawPointer, count: Int) -> Int {
        let taken = min(count, receiveEnd - receivePosition)
        unsafe target.copyMemory(from: receive + receivePosition, byteCount: taken)
        receivePosition += taken
        return taken
    }
}
