// Undoes zlib compression (RFC 1950) of something small and untrusted: one frame, or one decoder set-up.
// The caller bounds the output, so a few bytes cannot become gigabytes.
//
// Unsafe use: the input and output pointers given to zlib are those of a span and of an array's
// uninitialized part, valid for the one call that uses them, with the lengths of both; `inflateEnd`
// follows every successful start.

import CZlib

enum Inflate {
    /// Appends what a whole zlib stream holds; false, with nothing appended, when it is broken, cut
    /// off, followed by something else, or longer than `mostBytes`.
    static func append(
        _ input: Span<UInt8>, to output: inout [UInt8], mostBytes: Int
    ) -> Bool {
        var stream = unsafe z_stream()
        guard unsafe weir_zlib_begin_inflate(&stream) == Z_OK else { return false }
        defer { unsafe inflateEnd(&stream) }
        let start = output.count
        // Doubled until it fits: most frames shrink by little.
        var room = min(mostBytes, max(1_024, input.count * 2))
        return unsafe input.withUnsafeBufferPointer { bytes in
            // zlib takes a mutable pointer and does not write to it.
            unsafe stream.next_in = unsafe UnsafeMutablePointer(mutating: bytes.baseAddress)
            unsafe stream.avail_in = UInt32(clamping: bytes.count)
            while true {
                let status = unsafe step(&stream, to: &output, room: room)
                if status == Z_STREAM_END, unsafe stream.avail_in == 0 { return true }
                let written = output.count - start
                guard status == Z_OK || status == Z_BUF_ERROR, written < mostBytes,
                    unsafe stream.avail_out == 0
                else { break }
                room = min(mostBytes - written, max(room, written))
            }
            output.removeLast(output.count - start)
            return false
        }
    }

    /// Lets zlib write into `room` more bytes.
    private static func step(
        _ stream: inout z_stream, to output: inout [UInt8], room: Int
    ) -> Int32 {
        var status = Z_OK
        let part = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            unsafe stream.next_out = buffer.baseAddress
            unsafe stream.avail_out = UInt32(clamping: room)
            status = unsafe inflate(&stream, Z_NO_FLUSH)
            count = unsafe room - Int(stream.avail_out)
        }
        output.append(contentsOf: part)
        return status
    }
}
