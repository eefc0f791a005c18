// What the first bytes of a body tell about when its turn comes. Pure.

import Settings

struct BodyGlimpse: Equatable, Sendable {
    var start = BodyStart.unknown
    /// Something has come, or it is complete.
    var hasBegun = false
    /// More bytes would tell nothing new.
    var isEnough = false
    /// The body could be the middle of a broadcast.
    var looksLikeContinuation = true
}

extension BodyGlimpse {
    /// Of a body of which these bytes have come so far.
    init(of bytes: [UInt8], isComplete: Bool, isNumbered: Bool) {
        self = BodyGlimpse().after(
            bytes, bytesBefore: 0, isComplete: isComplete, isNumbered: isNumbered)
    }

    /// The glimpse when more has come: bytes may come one at a time, and each is looked at once.
    /// - Parameters:
    ///   - bytes: all of them.
    ///   - bytesBefore: how many of them are in this already.
    ///   - isNumbered: the body's number says where it belongs, whatever its bytes are.
    func after(
        _ bytes: [UInt8], bytesBefore: Int, isComplete: Bool, isNumbered: Bool
    ) -> BodyGlimpse {
        var next = self
        if start == .unknown { next.start = WebMSniffer.start(of: bytes, isComplete: isComplete) }
        next.hasBegun = !bytes.isEmpty || isComplete
        next.isEnough = isComplete || bytes.count >= Limits.sniffBytes
        guard !isNumbered, next.start == .continuation else { return next }
        if bytesBefore < WebMSniffer.idBytes {
            next.looksLikeContinuation = WebMSniffer.looksLikeContinuation(bytes)
        } else if !looksLikeContinuation {
            next.looksLikeContinuation = WebMSniffer.hasCluster(
                in: bytes, from: bytesBefore - WebMSniffer.idBytes + 1)
        }
        return next
    }
}
