// How far the response of an exchange has got, and what is left of its body. The same for both
// protocols.

/// Each case has what belongs to it and nothing else.
enum ResponseProgress {
    /// Nobody has answered.
    case awaited
    /// The header section is with the protocol; these bytes, from `offset` on, may be sent as soon as the
    /// peer lets us.
    case bytes([UInt8], offset: Int)
    /// The same, of what a source produces.
    case source(BodySource)
    /// It is being asked now. `isResumed`: it has said meanwhile that it has more.
    case producing(BodySource, isResumed: Bool)
    /// It has nothing now, and will say when it has.
    case waiting(BodySource)
    /// All of it is with the protocol.
    case handedOn
    /// It went out to its end; milliseconds of the loop.
    case sent(atMs: UInt64)
    /// Nothing more of it is sent, though it has not come to its end.
    case abandoned

    /// An answer was given.
    var isGiven: Bool {
        if case .awaited = self { false } else { true }
    }

    /// There are bytes that may be sent as soon as the peer lets us.
    var wantsToSend: Bool {
        switch self {
        case .bytes, .source, .producing: true
        case .awaited, .waiting, .handedOn, .sent, .abandoned: false
        }
    }

    /// Where its bytes come from, while more may come.
    var source: BodySource? {
        switch self {
        case .source(let source), .producing(let source, _), .waiting(let source): source
        case .awaited, .bytes, .handedOn, .sent, .abandoned: nil
        }
    }

    var isHandedOn: Bool {
        if case .handedOn = self { true } else { false }
    }

    var isSent: Bool {
        if case .sent = self { true } else { false }
    }
}
