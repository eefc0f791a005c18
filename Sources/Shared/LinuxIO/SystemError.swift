// What the operating system answers when a call fails, as a typed Swift error.

import CLinux
import Glibc

/// A failed system call: which one, and its errno.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The errno value, for example `EMFILE`.
    package let code: Int32
    /// The name of the call that failed, for example "epoll_ctl".
    package let call: String

    package init(code: Int32, call: StaticString) {
        self.code = code
        self.call = "\(call)"
    }

    /// The error of the call that has just failed on this thread.
    package static func last(_ call: StaticString) -> SystemError {
        SystemError(code: weir_errno(), call: call)
    }

    /// The system's text for the code, for example "Too many open files".
    package var message: String {
        // The buffer is ours, so that threads cannot disturb one another (strerror is not reentrant).
        var text = [CChar](repeating: 0, count: 128)
        unsafe text.withUnsafeMutableBufferPointer { buffer in
            unsafe weir_error_message(code, buffer.baseAddress, buffer.count)
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    package var description: String { "\(call): \(message)" }
}

/// Calls `body` until it is not interrupted by a signal, and turns -1 into an error.
///
/// EBADF and EFAULT are our own bugs (a descriptor used after close, a bad pointer), so they trap
/// instead of being handled as if a peer had caused them.
@discardableResult
package func systemCall<Result: FixedWidthInteger & SignedInteger>(
    _ name: StaticString, _ body: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = body()
        if result != -1 { return result }
        let code = weir_errno()
        if code == EINTR { continue }
        precondition(code != EBADF && code != EFAULT, "\(name) met a bad descriptor or pointer")
        throw SystemError(code: code, call: name)
    }
}
