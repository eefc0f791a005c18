// Lines on standard error outside of logging: complaints of the command line.
//
// Unsafe: write(2) gets pointer and length of one array that lives across the call.

import Glibc

enum StandardError {
    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
