// Limits: connections and HTTP. See Limits.swift.

extension Limits {
    // MARK: Connections

    /// Connection: from accept to the end of the TLS handshake.
    package static let handshakeMs: UInt64 = 10_000
    /// Request: the name that a proxy has given to it: a UUID, or what tracing makes of two.
    package static let requestIDBytes = 80
    /// Connection: from accept to the end of the header of the PROXY protocol, which proxies send at
    /// once.
    package static let proxyHeaderMs: UInt64 = 5_000
    /// Connection: a header of version 1, with its line break (proxy-protocol.txt, section 2.1),
    package static let proxyLineBytes = 107
    /// and one of version 2: the longest address is 216 bytes, and what proxies say beyond it (a
    /// host, an identifier, the name in a certificate) some hundred.
    package static let proxyHeaderBytes = 1_024
    /// Request: proxies that a request has come through, one behind another. What lies further back
    /// is not looked at.
    package static let forwardedHops = 16
    /// Connection: a connection without an open request is closed after this time.
    package static let idleConnectionMs: UInt64 = 120_000
    /// Connection: how long a peer has to take its share of what waits for it. A connection's share
    /// is what its socket refuses or its window holds back; a response's, what its own window holds
    /// back. The same holds for the body of a request, except when publishing. That is 1 KiB/s:
    /// less than the worst network carries, and too much to get for nothing.
    package static let progressBytes = 30 * 1024
    package static let progressMs: UInt64 = 30_000
    /// Connection: after so many seconds of silence, TCP probes a peer, so often and so far apart.
    /// This is slower than `publisherSilenceMs`, which pauses the stream of a publisher that only
    /// sends nothing: the probes tell the dead from the silent.
    package static let deadPeerIdleSeconds = 15
    package static let deadPeerIntervalSeconds = 5
    package static let deadPeerProbes = 3
    /// Connection: a peer that has acknowledged no data and no probe for so long is gone. As long
    /// as the probes take together, and as `progressMs`, which is for peers that are there and take
    /// too little.
    package static let deadPeerMs = 30_000
    /// Connection: how long the remaining bytes have after GOAWAY or a fatal error.
    package static let lingerMs: UInt64 = 2_000
    /// Connection: cleartext that is staged for one connection before it is encrypted and sent: the
    /// most one connection gets in one turn of the loop.
    package static let stageBytes = 256 * 1024
    /// Connection: requests of one connection that begin before others have their turn: as many as a browser
    /// asks for at once, so that they are answered in one piece.
    package static let requestsPerTurn = 16
    /// Connection: no further one of them begins when they have taken this long, in microseconds.
    package static let requestsTurnUs: UInt64 = 100
    /// Worker: how long one turn of a worker's loop goes on, by what it does, in microseconds: each of
    /// reading from and sending to connections with live media,
    package static let mediaSliceUs: UInt64 = 1_500
    /// each of the two for all other connections,
    package static let requestSliceUs: UInt64 = 1_000
    /// and these when more live media waits than its slices hold.
    package static let squeezedSliceUs: UInt64 = 300
    /// Worker: how long one turn spends on figures of streams, in microseconds,
    package static let figuresSliceUs: UInt64 = 1_000
    /// and on ending and removing streams whose time is over.
    package static let sweepSliceUs: UInt64 = 2_000
    /// Worker: how many finished exchanges are kept for the next requests, with the memory of their
    /// header sections: usually as many as begin before others are over. About 1 KiB each.
    package static let spentExchangesKept = 128
    /// Worker: small blocks of memory that HTTP/2 sessions have given back and that are kept for the next
    /// requests: what some hundred requests at once need.
    package static let sessionBlocksKeptBytes = 256 * 1024
    /// Worker: for how many names of this server, in one language each, the front page is kept; anybody
    /// may call the server by any name.
    package static let homePagesKept = 16
    /// Worker: when so many connections have come or gone, and a quarter of those that are there,
    /// the memory that they left goes back to the system after a moment.
    package static let connectionsPerTrim = 50
    package static let trimDelayMs: UInt64 = 1_000
    /// Connection: the most that may wait in the kernel unsent (TCP_NOTSENT_LOWAT), so that little of
    /// what a slow viewer has not read yet is stale.
    package static let notSentLowWaterBytes = 64 * 1024

    // MARK: HTTP

    /// Connection: requests open at once on one connection (SETTINGS_MAX_CONCURRENT_STREAMS).
    package static let streamsPerConnection = 100
    /// Request: the header section of a request, names and values added up.
    package static let headerBytes = 16 * 1024
    /// Request: header fields of one request.
    package static let headerFields = 100
    /// Request: the request target (path and query).
    package static let targetBytes = 2_048
    /// Connection: dynamic HPACK table for what clients send; ours to them is limited to the same.
    package static let hpackTableBytes = 4_096
    /// Request: body bytes a client may send on one request before we have taken any.
    package static let requestWindowBytes = 256 * 1024
    /// Connection: the same for a whole connection.
    package static let connectionWindowBytes = 2 * 1024 * 1024
    /// Request: from the first byte of a header section to its last.
    package static let headerSectionMs: UInt64 = 15_000
    /// Request: from the header section to the first byte of the body it announces.
    package static let bodyFirstByteMs: UInt64 = 15_000
    /// Request: between two bytes of a publisher's body that we are willing to read and that does not
    /// write yet: a live one may be as slow as it likes otherwise (see ProgressWatch for all other bodies,
    /// and BroadcastTimes for those that write).
    package static let bodyIdleMs: UInt64 = 30_000
    /// Client: bytes that are held for it: requests that are open, finished responses (pages, lists) that
    /// it does not take, input behind a few requests. A browser that loads everything at once has some
    /// hundred KiB.
    package static let heldBytesPerClient = 64 * 1024 * 1024
    /// Worker: the same of all clients.
    package static let heldBytesPerWorker = 512 * 1024 * 1024
    /// Client: what a client that has little may still have when the worker's bytes are used up.
    package static let heldBytesOfSmallClient = 256 * 1024
    /// Request: what an open request is assumed to cost.
    package static let heldBytesPerRequest = 2 * 1024
    /// Request: a response that others get too is in memory only once, but its content changes, so
    /// a part of each one counts.
    package static let heldPartOfSharedResponse = 16

    /// Connection: the part of its HTTP/2 window that live media leaves to short answers, and the most
    /// of it: a page with all its assets. Of the smallest window, 8 KiB.
    package static let windowReservePart = 8
    package static let windowReserveMostBytes = 1024 * 1024
    /// Connection: when half of its window is used, and no more than this is left, media that its peer
    /// does not take gets nothing more, so that media that it takes goes on.
    package static let windowScarceMostBytes = 16 * 1024 * 1024
    /// Request: media is old if its response's window was shut for this time. Shorter than
    /// `progressMs`, after which the response ends.
    package static let windowStillMs: UInt64 = 2_000
    /// Request: how much of a response a peer may get before it opens the window again, beside half
    /// of the window: Firefox gives 12 MiB and opens it for every 4.
    package static let windowPatienceBytes = 32 * 1024...9 * 512 * 1024

    // MARK: HTTP/1.1

    /// Request: the longest name of a method; the longest registered one has 17 letters.
    package static let methodBytes = 32
    /// Request: the extensions of one chunk, which mean nothing to anybody.
    package static let chunkExtensionBytes = 256
    /// Request: the trailer section after a chunked body, which is dropped.
    package static let trailerBytes = 4 * 1024
    package static let trailerFields = 20

    // MARK: HTTP/2 abuse. Each is a budget that refills with time (see AbuseGuard).

    /// Connection: streams a client may reset or make us reset, per 10 seconds. Over the connection of a
    /// trusted proxy, so many of each client that it names.
    package static let resetsPer10s = 200
    /// Connection: for how many clients a connection of a trusted proxy stands, when something has no
    /// client of its own: it has so many times each of these budgets.
    package static let clientsOfProxyConnection = 16
    /// Connection: clients of a proxy whose resets are remembered; those of others count for the proxy.
    package static let clientsWithResets = 256
    /// Connection: SETTINGS, PING and PRIORITY frames, and WINDOW_UPDATE frames that open no window
    /// worth having, per 10 seconds.
    package static let controlFramesPer10s = 1_000
    /// Connection: CONTINUATION frames in one header section.
    package static let continuationFrames = 8
    /// Connection: empty DATA frames without END_STREAM, per 10 seconds.
    package static let emptyDataFramesPer10s = 200
    /// Connection: bytes of frames that lead to nothing (see UselessBytes): at once, and for each
    /// second. At 9 bytes a frame, that is a hundredth of a second of work, and less than a thousandth
    /// of each second.
    package static let uselessBytes = 1024 * 1024
    package static let uselessBytesPerSecond = 64 * 1024
    /// Connection: what may still come, without being counted so, of a body that we have cut off: a
    /// common window.
    package static let lateBytesPerReset = 64 * 1024
    /// Connection: frames of ours that wait to be sent because the peer does not read (SETTINGS and
    /// PING acks).
    package static let outboundControlFrames = 1_000
}
