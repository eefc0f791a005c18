// Ciphertext that a socket refused. No other bytes are kept per connection, and these only while there
// are any.
//
// Unsafe use: one allocation, owned here and freed when it is drained or its owner goes.

/// A first-in first-out run of bytes. Sizes in bytes.
@safe
final class Remainder {
    private var storage: UnsafeMutableRawPointer?
    private var start = 0
    private var end = 0

    init() {}

    deinit {
        unsafe storage?.deallocate()
    }

    var count: Int { end - start }
    var isEmpty: Bool { start == end }

    /// Appends a copy.
    func append(_ bytes: UnsafeRawPointer, count added: Int) {
        let alignment = 16
        let fresh = UnsafeMutableRawPointer.allocate(
            byteCount: count + added, alignment: alignment)
        if let storage = unsafe storage {
            unsafe fresh.copyMemory(from: storage + start, byteCount: count)
            unsafe storage.deallocate()
        }
        unsafe (fresh + count).copyMemory(from: bytes, byteCount: added)
        end = count + added
        start = 0
        unsafe storage = unsafe fresh
    }

    /// Hands out the bytes; `body` returns how many of them it took.
    func consume(_ body: (UnsafeRawBufferPointer) -> Int) {
        guard let storage = unsafe storage else { return }
        let taken = unsafe body(UnsafeRawBufferPointer(start: storage + start, count: count))
        precondition(taken >= 0 && taken <= count, "no more is taken than is there")
        start += taken
        if isEmpty { discard() }
    }

    private func discard() {
        unsafe storage?.deallocate()
        unsafe storage = nil
        start = 0
        end = 0
    }
}
