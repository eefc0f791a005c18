// Where OpenSSL gets its memory: large buffers from a slot pool, all else from the heap. See SlotPool for
// the reasons, and SessionMemory for the memory of nghttp2.
//
// Unsafe use: these are the library's malloc, realloc and free. A pointer goes back to where it came
// from, which its address tells.

import COpenSSL
import Glibc
import LinuxIO
import Settings

package enum LibraryMemory {
    /// Buffers of at least this size come from the pool. Everything that the library keeps for the life
    /// of a connection is smaller.
    static let largeBytes = 8 * 1024
    /// How many free slots stay in memory, for handshakes in flight to use again. When the handshakes
    /// are over, fewer are enough.
    private static let keptSlots = 128
    private static let quietSlots = 16

    /// Record buffers (17 KiB) and handshake buffers (22 KiB) of OpenSSL: three per handshake.
    private static let records = SlotPool(
        slotBytes: 24 * 1024, slots: 3 * Limits.connectionsPerWorker, keptSlots: keptSlots)

    /// Gives back the memory that a crowd of handshakes has left, here and in the heap. Takes some
    /// milliseconds for a hundred MiB.
    static func returnFree() {
        records.cool(to: quietSlots)
        ThisProcess.returnFreeMemory()
    }

    /// Makes OpenSSL use this memory. To be called before anything else uses OpenSSL in this
    /// process; later it has no effect and is harmless. Once per process; TLSContext calls it too.
    package static func install() { _ = installed }

    private static let installed: Bool =
        unsafe CRYPTO_set_mem_functions(
            { count, _, _ in unsafe LibraryMemory.allocate(count) },
            { pointer, count, _, _ in unsafe LibraryMemory.reallocate(pointer, count) },
            { pointer, _, _ in unsafe LibraryMemory.release(pointer) })
        == 1

    static func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
        if count >= largeBytes, count <= records.slotBytes, let slot = unsafe records.take() {
            return unsafe slot
        }
        return unsafe malloc(count)
    }

    static func release(_ pointer: UnsafeMutableRawPointer?) {
        guard let pointer = unsafe pointer else { return }
        unsafe records.owns(pointer) ? records.giveBack(pointer) : free(pointer)
    }

    static func reallocate(
        _ pointer: UnsafeMutableRawPointer?, _ count: Int
    ) -> UnsafeMutableRawPointer? {
        guard let pointer = unsafe pointer else { return unsafe allocate(count) }
        guard unsafe records.owns(pointer) else { return unsafe realloc(pointer, count) }
        if count == 0 {
            unsafe records.giveBack(pointer)
            return nil
        }
        if count <= records.slotBytes { return unsafe pointer }
        guard let larger = unsafe malloc(count) else { return nil }
        unsafe larger.copyMemory(from: pointer, byteCount: records.slotBytes)
        unsafe records.giveBack(pointer)
        return unsafe larger
    }
}
