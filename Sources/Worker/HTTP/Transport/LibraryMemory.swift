// Where OpenSSL and nghttp2 get their memory: large buffers from slot pools, all else from the
// heap. See SlotPool for the reasons.
//
// Unsafe use: these are the libraries' malloc, realloc and free. A pointer goes back to where it
// came from, which its address tells.

import CNghttp2
import COpenSSL
import Glibc
import Settings

package enum LibraryMemory {
    /// From this size on a buffer comes from a pool. Everything the libraries keep for the life of
    /// a connection is smaller, except nghttp2's frame buffer.
    private static let largeBytes = 8 * 1024
    /// Slots that stay in memory when free: what one turn with handshakes in flight uses again.
    private static let keptSlots = 32

    /// Record buffers (17 KiB) and handshake buffers (22 KiB) of OpenSSL: three per handshake.
    private static let records = SlotPool(
        slotBytes: 24 * 1024, slots: 3 * Limits.connectionsPerWorker, keptSlots: keptSlots)
    /// nghttp2's frame buffers: one per connection.
    private static let frames = SlotPool(
        slotBytes: 20 * 1024, slots: Limits.connectionsPerWorker, keptSlots: keptSlots)

    /// Makes OpenSSL use this memory. To be called before anything else uses OpenSSL in this
    /// process; later it has no effect and is harmless. Once per process; TLSContext calls it too.
    package static func install() { _ = installed }

    private static let installed: Bool =
        unsafe CRYPTO_set_mem_functions(
            { count, _, _ in
                unsafe LibraryMemory.allocate(count, from: LibraryMemory.records)
            },
            { pointer, count, _, _ in
                unsafe LibraryMemory.reallocate(pointer, count, from: LibraryMemory.records)
            },
            { pointer, _, _ in unsafe LibraryMemory.release(pointer, to: LibraryMemory.records) })
        == 1

    /// For nghttp2 sessions.
    static func forSessions() -> nghttp2_mem {
        unsafe nghttp2_mem(
            mem_user_data: nil,
            malloc: { count, _ in unsafe LibraryMemory.allocate(count, from: LibraryMemory.frames)
            },
            free: { pointer, _ in unsafe LibraryMemory.release(pointer, to: LibraryMemory.frames) },
            calloc: { count, size, _ in unsafe calloc(count, size) },
            realloc: { pointer, count, _ in
                unsafe LibraryMemory.reallocate(pointer, count, from: LibraryMemory.frames)
            })
    }

    fileprivate static func allocate(
        _ count: Int, from pool: SlotPool
    ) -> UnsafeMutableRawPointer? {
        if count >= largeBytes, count <= pool.slotBytes, let slot = unsafe pool.take() {
            return unsafe slot
        }
        return unsafe malloc(count)
    }

    fileprivate static func release(_ pointer: UnsafeMutableRawPointer?, to pool: SlotPool) {
        guard let pointer = unsafe pointer else { return }
        unsafe pool.owns(pointer) ? pool.giveBack(pointer) : free(pointer)
    }

    fileprivate static func reallocate(
        _ pointer: UnsafeMutableRawPointer?, _ count: Int, from pool: SlotPool
    ) -> UnsafeMutableRawPointer? {
        guard let pointer = unsafe pointer else { return unsafe allocate(count, from: pool) }
        guard unsafe pool.owns(pointer) else { return unsafe realloc(pointer, count) }
        if count == 0 {
            unsafe pool.giveBack(pointer)
            return nil
        }
        if count <= pool.slotBytes { return unsafe pointer }
        guard let larger = unsafe malloc(count) else { return nil }
        unsafe larger.copyMemory(from: pointer, byteCount: pool.slotBytes)
        unsafe pool.giveBack(pointer)
        return unsafe larger
    }
}
