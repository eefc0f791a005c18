// What a response carries, and where the bytes come from while they are being sent.

/// The body of a response.
package enum ResponseBody {
    case none
    /// Known and complete; content-length is added.
    case bytes([UInt8])
    /// The same, of an array that is in memory anyway because others get it, too.
    case shared([UInt8])
    /// Asked for bytes whenever the connection can send some.
    case stream(BodySource)
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
