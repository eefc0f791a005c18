// The body of a response, and where its bytes come from while they are being sent.

import Settings

/// The bytes after the header section of a response. Their number, if known, is given here and nowhere
/// else.
package enum ResponseBody {
    case none
    /// Known and complete; content-length is added.
    case bytes([UInt8])
    /// The same, with an array that is in memory anyway because others get it too.
    case shared([UInt8])
    /// A source that is asked for bytes whenever the connection can send some. With a length,
    /// content-length is added; if the source ends early or fails, the response is reset.
    case stream(BodySource, length: Int? = nil)

    /// The number of bytes; nil when it is not known.
    var length: Int? {
        switch self {
        case .none: nil
        case .bytes(let bytes), .shared(let bytes): bytes.count
        case .stream(_, let length): length
        }
    }

    /// How many bytes a client is charged for it, beyond the cost of its request.
    var costBytes: Int {
        switch self {
        case .none: 0
        case .bytes(let bytes): Self.cost(ofBytes: bytes.count)
        case .stream(let source, _): Self.cost(ofBytes: source.heldBytes)
        case .shared(let bytes): bytes.count / Limits.heldPartOfSharedResponse
        }
    }

    /// A little is in the cost of the request.
    private static func cost(ofBytes count: Int) -> Int {
        count > Limits.heldBytesPerRequest ? count : 0
    }
}

/// What one call of `produce` returns.
public enum Production {
    /// This many bytes were written; 1...buffer.count. More may follow.
    case bytes(Int)
    /// This many bytes were written, and they are the last ones; 0...buffer.count. Saves a frame.
    case last(Int)
    /// There are none now. `Exchange.resume` asks again.
    case wait
    /// The body is complete.
    case end
    /// The body cannot be completed: the response is reset.
    case abort

    /// How many bytes were written.
    var count: Int {
        switch self {
        case .bytes(let count), .last(let count): count
        case .wait, .end, .abort: 0
        }
    }

    /// The result when the source has promised `promised` more bytes: the last byte ends the body, and
    /// an earlier end is an error.
    func held(to promised: Int) -> Production {
        switch self {
        case .bytes(let count) where count == promised: .last(count)
        case .last(let count) where count < promised: .abort
        case .end: .abort
        case .bytes, .last, .wait, .abort: self
        }
    }
}

/// Produces a response body piece by piece, straight into the buffer that is encrypted next.
/// Subclassed by routes; called on the loop's thread, only when there is room and flow control
/// allows, and never after `exchangeDidClose`.
open class BodySource {
    public init() {}

    /// Writes the next bytes of the body. The buffer has at least one byte and is not initialised.
    open func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        .end
    }

    /// How much memory it takes at most, beside that of all others.
    open var heldBytes: Int { 0 }

    /// The peer lets bytes through again, after it let none through for Limits.windowStillMs: data that
    /// waits may be too old to be of use.
    open func wasHeldBack() {}
}
