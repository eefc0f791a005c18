// The memory of all nghttp2 sessions of one server.
//
// A session keeps a buffer of 16 KiB in which it makes one frame after another. HTTP2Session copies each
// frame before it lets the library make the next one, and never stops within a frame. So nothing in that
// buffer is needed when another session has its turn, and one buffer serves all. For other needs of that
// size, such as a header section of several frames, a session gets memory of its own.
//
// What a session needs for one request is small, and gone when the request is over. It is kept for the
// next one (see SmallBlocks).
//
// Unsafe use: these are the library's malloc, realloc and free. The frame buffer belongs to
// SharedBuffers; all else is memory of the C library. The state lies in memory of its own, owned here, so
// that the functions need not count references. Both outlive the sessions.

import CNghttp2
import Glibc
import Settings

@safe
final class SessionMemory {
    @safe
    private struct State: ~Copyable {
        let frame: UnsafeMutableRawPointer
        /// The next large buffer is the frame buffer of the session being made.
        var isFrameWanted = false
        var small = SmallBlocks(mostKeptBytes: Limits.sessionBlocksKeptBytes)
    }

    private let state: UnsafeMutablePointer<State>

    init(_ buffers: SharedBuffers) {
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: State(frame: buffers.frame))
    }

    deinit {
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Calls `body`, which makes one session, with the functions that the session takes its memory from.
    func withFunctions<Result>(_ body: (inout nghttp2_mem) -> Result) -> Result {
        unsafe state.pointee.isFrameWanted = true
        defer { unsafe state.pointee.isFrameWanted = false }
        var functions = unsafe nghttp2_mem(
            mem_user_data: state,
            malloc: { count, state in unsafe SessionMemory.allocate(count, state) },
            free: { pointer, state in unsafe SessionMemory.release(pointer, state) },
            calloc: { count, size, _ in unsafe calloc(count, size) },
            realloc: { pointer, count, state in
                unsafe SessionMemory.reallocate(pointer, count, state)
            })
        return unsafe body(&functions)
    }

    private static func allocate(
        _ count: Int, _ raw: UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer? {
        guard let state = unsafe raw?.assumingMemoryBound(to: State.self) else { return nil }
        guard count > SmallBlocks.largestBytes else {
            return unsafe state.pointee.small.take(count)
        }
        guard count >= LibraryMemory.largeBytes, count <= SharedBuffers.frameCapacity,
            unsafe state.pointee.isFrameWanted
        else { return unsafe malloc(count) }
        unsafe state.pointee.isFrameWanted = false
        return unsafe state.pointee.frame
    }

    private static func release(
        _ pointer: UnsafeMutableRawPointer?, _ raw: UnsafeMutableRawPointer?
    ) {
        guard let pointer = unsafe pointer,
            let state = unsafe raw?.assumingMemoryBound(to: State.self),
            unsafe pointer != state.pointee.frame
        else { return }
        unsafe state.pointee.small.giveBack(pointer)
    }

    private static func reallocate(
        _ pointer: UnsafeMutableRawPointer?, _ count: Int, _ raw: UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer? {
        guard let pointer = unsafe pointer else { return unsafe allocate(count, raw) }
        let frame = unsafe raw?.assumingMemoryBound(to: State.self).pointee.frame
        guard unsafe pointer == frame else { return unsafe realloc(pointer, count) }
        guard let larger = unsafe malloc(count) else { return nil }
        unsafe larger.copyMemory(
            from: pointer, byteCount: min(count, SharedBuffers.frameCapacity))
        return unsafe larger
    }
}
