// How far the response of an exchange has got, and what is left of its body. The same for both
// protocols.

/// Each case holds its own data and no other.
enum ResponseProgress {
    /// No response has been given.
    case awaited
    /// The protocol has the header section; these bytes, from `offset` on, may be sent as soon as the
    /// peer permits.
    case bytes([UInt8], offset: Int)
    /// The same, with the bytes of the exchange's prepared response.
    case prepared(offset: Int)
    /// The same, with a source that produces the bytes.
    case source(BodySource)
    /// The source is being asked now. `isResumed`: it has meanwhile said that it has more.
    case producing(BodySource, isResumed: Bool)
    /// The source has nothing now, and will say when it has.
    case waiting(BodySource)
    /// The protocol has all of the response.
    case handedOn
    /// The response has been sent; milliseconds of the loop.
    case sent(atMs: UInt64)
    /// Nothing more of the response is sent, although it is not complete.
    case abandoned

    /// A response was given.
    var isGiven: Bool {
        if case .awaited = self { false } else { true }
    }

    /// There are bytes that may be sent as soon as the peer lets us.
    var wantsToSend: Bool {
        switch self {
        case .bytes, .prepared, .source, .producing: true
        case .awaited, .waiting, .handedOn, .sent, .abandoned: false
        }
    }

    /// The source of its bytes, while more may come.
    var source: BodySource? {
        switch self {
        case .source(let source), .producing(let source, _), .waiting(let source): source
        case .awaited, .bytes, .prepared, .handedOn, .sent, .abandoned: nil
        }
    }

    var isHandedOn: Bool {
        if case .handedOn = self { true } else { false }
    }

    var isSent: Bool {
        if case .sent = self { true } else { false }
    }
}

extension ResponseBody {
    /// How its response goes on behind the header section.
    var start: ResponseProgress {
        switch self {
        case .none: .handedOn
        case .bytes(let bytes), .shared(let bytes): .bytes(bytes, offset: 0)
        case .stream(let source, _): .source(source)
        }
    }
}
