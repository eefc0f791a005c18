// One-way messages to a Unix datagram socket that another program listens on.
//
// Unsafe: an array of ours, which outlives the call it is passed to.

import CLinux

package enum UnixDatagram {
    /// Sends one datagram without waiting.
    /// - Parameter path: an absolute path, or @ and a name in the abstract name space (unix(7)).
    /// Errors: EINVAL (neither of these, or too long), ENOENT and ECONNREFUSED (nobody listens),
    /// EAGAIN (the receiver's queue is full), EACCES.
    package static func send(_ bytes: [UInt8], to path: String) throws(SystemError) {
        try systemCall("sendto") { unsafe weir_send_to_unix(path, bytes, bytes.count) }
    }
}
