// What a response carries, and where the bytes come from while they are being sent.

import Settings

/// The bytes behind the header section of a response. What is known of their number is said with them,
/// and nowhere else.
package enum ResponseBody {
    case none
    /// Known and complete; content-length is added.
    case bytes([UInt8])
    /// The same, of an array that is in memory anyway because others get it, too.
    case shared([UInt8])
    /// Asked for bytes whenever the connection can send some. With a length, content-length is added,
    /// and a source that ends before it, or fails, has the response reset.
    case stream(BodySource, length: Int? = nil)

    /// How many bytes there will be; nil when nobody knows.
    var length: Int? {
        switch self {
        case .none: nil
        case .bytes(let bytes), .shared(let bytes): bytes.count
        case .stream(_, let length): length
        }
    }

    /// What a client is taken to hold because of it, beyond what its request costs.
    var costBytes: Int {
        switch self {
        case .none, .stream: 0
        case .bytes(let bytes): bytes.count > Limits.heldBytesPerRequest ? bytes.count : 0
        case .shared(let bytes): bytes.count / Limits.heldPartOfSharedResponse
        }
    }
}

/// What one call of `produce` brought.
public enum Production {
    /// That many bytes were written; 1...buffer.count. More may follow.
    case bytes(Int)
    /// That many bytes were written, and they are the last ones; 0...buffer.count. Saves a frame.
    case last(Int)
    /// Nothing now. `Exchange.resume` asks again.
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

    /// What it comes to when its source has said that there are `promised` more: the last byte ends the
    /// body, and an end before it is none.
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

    /// The peer, which has let nothing through for Limits.windowStillMs, lets something through again:
    /// what waits for it may be too old to be of use.
    open func wasHeldBack() {}
}
