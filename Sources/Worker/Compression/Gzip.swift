// Compression of text for the wire: gzip (RFC 1952), through zlib.
//
// Unsafe use: the input and output pointers given to zlib are those of arrays and are valid for the
// length of the one call that uses them; `deflateEnd` follows every successful start.

import CZlib

package enum Gzip {
    /// How hard zlib tries.
    package enum Effort: Int32 {
        /// For what is made anew for each request.
        case quick = 4
        /// For what is compressed once.
        case thorough = 9
    }

    /// The compressed form; nil when it would not be smaller, or memory is short.
    package static func compress(_ bytes: [UInt8], effort: Effort) -> [UInt8]? {
        var stream = unsafe z_stream()
        // Tables as large as the text wants them: zlib clears them first, and most texts are short.
        let windowBits = windowBits(for: bytes.count)
        let begun = unsafe weir_gzip_begin(
            &stream, effort.rawValue, windowBits, min(windowBits - 6, 9))
        guard begun == Z_OK else { return nil }
        defer { unsafe deflateEnd(&stream) }
        var isComplete = false
        // What does not fit into the size of the original is not worth sending.
        let output = unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
            unsafe bytes.withUnsafeBufferPointer { input in
                // zlib takes a mutable pointer and does not write to it.
                unsafe stream.next_in = unsafe UnsafeMutablePointer(mutating: input.baseAddress)
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = buffer.baseAddress
                unsafe stream.avail_out = UInt32(buffer.count)
                isComplete = unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
                count = unsafe Int(stream.total_out)
            }
        }
        return isComplete ? output : nil
    }

    /// Of the smallest window that has room for all of a text and for how far zlib looks ahead.
    private static func windowBits(for byteCount: Int) -> Int32 {
        let neededBytes = byteCount + 262
        return (9...14).first { neededBytes <= 1 << $0 } ?? 15
    }
}
