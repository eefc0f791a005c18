// The state of an HTTP/1.1 connection between and during its requests. Each phase holds its own data and
// no other.
//
// between -> receiving -> answering -> between ..., and over from anywhere.

/// One request that is being received or answered.
struct HTTP1Turn {
    let exchange: Exchange
    let version: HTTP1Version
    /// The body of the request ends with the connection.
    let endsWithInput: Bool
    /// Another request may follow.
    var persists: Bool
    /// How the client learns where the response ends.
    var framing = HTTP1Response.Framing.none

    /// Decides how the response is framed, and whether anything may follow it. `isCutOff`: the rest of
    /// the request will not be read, so nothing may follow.
    mutating func begin(_ head: ResponseHead, isCutOff: Bool) {
        framing = framing(of: head)
        if isCutOff || framing == .untilClose { persists = false }
    }

    private func framing(of head: ResponseHead) -> HTTP1Response.Framing {
        if let length = head.contentLength { return .length(length) }
        if head.hasBody { return version == .v11 ? .chunked : .untilClose }
        // The answer to a HEAD request says nothing of a length that is not known.
        let isBodiless = head.status == 204 || head.status == 304 || exchange.request.isHead
        return isBodiless ? .none : .length(0)
    }

    /// The value of the field Connection; nil for none.
    var connectionField: String? {
        switch version {
        case .v11: persists ? nil : "close"
        case .v10: persists ? "keep-alive" : "close"
        }
    }
}

enum HTTP1Phase {
    /// No request is open. `headSinceMs`: when the incomplete header section began, in milliseconds of
    /// the loop.
    case between(headSinceMs: UInt64?)
    /// A request is coming. It may be answered already.
    case receiving(HTTP1Turn)
    /// A request is complete and its response is not. The bytes after it wait.
    case answering(HTTP1Turn)
    /// Nothing more is read, and no request is open: the connection ends when everything is sent.
    case over

    /// The request that is being received or answered.
    var turn: HTTP1Turn? {
        switch self {
        case .receiving(let turn), .answering(let turn): turn
        case .between, .over: nil
        }
    }

    var headSinceMs: UInt64? {
        if case .between(let sinceMs) = self { sinceMs } else { nil }
    }

    var isAnswering: Bool {
        if case .answering = self { true } else { false }
    }

    var isOver: Bool {
        if case .over = self { true } else { false }
    }

    var isBetween: Bool {
        if case .between = self { true } else { false }
    }

    // MARK: Transitions

    /// A header section is complete.
    mutating func begin(_ turn: HTTP1Turn) {
        precondition(isBetween, "requests are served one after another")
        self = .receiving(turn)
    }

    /// Changes the open request in its phase.
    mutating func update(_ turn: HTTP1Turn) {
        switch self {
        case .receiving: self = .receiving(turn)
        case .answering: self = .answering(turn)
        case .between, .over: preconditionFailure("no request is open")
        }
    }

    /// The request is complete. Returns it; nil when none was being received.
    mutating func finishRequest() -> HTTP1Turn? {
        guard case .receiving(let turn) = self else { return nil }
        self = .answering(turn)
        return turn
    }

    /// The request and its response are over, in whatever way. Returns them; nil when none were open.
    mutating func close() -> HTTP1Turn? {
        guard let turn else { return nil }
        self = .between(headSinceMs: nil)
        return turn
    }

    mutating func finish() {
        assert(turn == nil, "an open request is closed before the connection is done")
        self = .over
    }
}
