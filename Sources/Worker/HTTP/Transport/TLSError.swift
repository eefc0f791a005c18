// What can go wrong in setting up a TLS context, as one line for the operator.

import COpenSSL

package enum TLSError: Error, Equatable, CustomStringConvertible {
    /// The library could not set up a context.
    case library(String)
    case certificate(reason: String)
    case key(reason: String)

    package var description: String {
        switch self {
        case .library(let reason): "TLS cannot be set up: \(reason)"
        case .certificate(let reason): "TLS cannot use the certificate: \(reason)"
        case .key(let reason): "TLS cannot use the private key: \(reason)"
        }
    }

    /// The library's reason for the call that has just failed on this thread; clears its queue.
    static func lastReason() -> String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let text = unsafe ERR_reason_error_string(code) else {
            return "unknown reason"
        }
        return unsafe String(cString: text)
    }
}
