// The memory of all nghttp2 sessions of one server.
//
// A session keeps a buffer of 16 KiB in which it makes one frame after another. HTTP2Session copies each
// frame before it lets the library make the next one, and never stops within a frame. So nothing in that
// buffer is needed when another session has its turn, and one buffer serves all. For other needs of that
// size, such as a header section of several frames, a session gets memory of its own.
//
// Unsafe use: these are the library's malloc, realloc and free. The frame buffer belongs to
// SharedBuffers. The state lies in memory of its own, owned here, so that the functions need not count
// references. Both outlive the sessions.

import CNghttp2
import Glibc

@safe
final class SessionMemory {
    @safe
    private struct State {
        let frame: UnsafeMutableRawPointer
        /// The next large buffer is the frame buffer of the session being made.
        var isFrameWanted = false
    }

    private let state: UnsafeMutablePointer<State>

    init(_ buffers: SharedBuffers) {
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: State(frame: buffers.frame))
    }

    deinit {
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
        let state = unsafe raw?.assumingMemoryBound(to: State.self)
        guard count >= LibraryMemory.largeBytes, count <= SharedBuffers.frameCapacity,
            let state = unsafe state, unsafe state.pointee.isFrameWanted
        else { return unsafe LibraryMemory.allocate(count) }
        unsafe state.pointee.isFrameWanted = false
        return unsafe state.pointee.frame
    }

    private static func release(
        _ pointer: UnsafeMutableRawPointer?, _ raw: UnsafeMutableRawPointer?
    ) {
        guard unsafe !isFrame(pointer, raw) else { return }
        unsafe LibraryMemory.release(pointer)
    }

    private static func reallocate(
        _ pointer: UnsafeMutableRawPointer?, _ count: Int, _ raw: UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer? {
        guard let pointer = unsafe pointer else { return unsafe allocate(count, raw) }
        guard unsafe isFrame(pointer, raw) else {
            return unsafe LibraryMemory.reallocate(pointer, count)
        }
        guard let larger = unsafe LibraryMemory.allocate(count) else { return nil }
        unsafe larger.copyMemory(
            from: pointer, byteCount: min(count, SharedBuffers.frameCapacity))
        return unsafe larger
    }

    private static func isFrame(
        _ pointer: UnsafeMutableRawPointer?, _ raw: UnsafeMutableRawPointer?
    ) -> Bool {
        unsafe pointer == raw?.assumingMemoryBound(to: State.self).pointee.frame
    }
}
