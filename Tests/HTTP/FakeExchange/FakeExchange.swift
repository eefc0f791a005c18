// An exchange without a connection, for unit tests of routes: the test is the peer and the protocol.
//
//     let fake = FakeExchange(Request(method: "PUT", target: "/a/live", hasBody: true))
//     application.begin(fake.exchange)
//     fake.send(Array("bytes".utf8))
//     fake.finishBody()
//     #expect(fake.answer?.status == 204)
//     fake.close(.completed)
//
// It keeps to what a session keeps to: a body ends once, what is asked for is carried out when the route
// has returned, and a test closes each exchange.

import HTTP

package final class FakeExchange: ExchangeTransport {
    /// What the route has answered.
    package private(set) var answer: ResponseHead?
    /// Body bytes that the route is done with.
    package private(set) var creditedBytes = 0
    /// How often the source of the response's body has said that it has more.
    package private(set) var resumes = 0
    /// The route has asked for a reset.
    package private(set) var resetCode: ResetCode?
    /// 100 (Continue) was sent.
    package private(set) var hasContinued = false
    /// 200 was sent before the request was complete.
    package private(set) var hasAccepted = false
    package private(set) var isMedia = false
    /// For the test to set: the socket takes nothing more.
    package var isBlocked = false
    /// For the test to set: nothing more comes from the peer.
    package var hasPeerEnded = false
    /// For the test to set.
    package var nowMs: UInt64
    package var isOnOwnThread: Bool { true }
    package var namesRequests: Bool { false }

    package let request: Request
    private let clients: ClientTable
    /// What the client has of its share.
    package let client: ClientShare
    package private(set) lazy var exchange = Exchange(
        request: request, client: client, transport: self)

    /// - Parameters:
    ///   - clients: shares that several exchanges have in common.
    package init(
        _ request: Request, clients: ClientTable = ClientTable(exemptNetworks: []),
        nowMs: UInt64 = 1_000
    ) {
        self.request = request
        self.clients = clients
        self.nowMs = nowMs
        client = clients.client(at: request.peer)
    }

    // MARK: The peer

    /// Bytes of the request's body. False when nobody wanted them.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { exchange.receiveBody($0) }
    }

    package func finishBody() { exchange.finishBody() }

    /// The client waits for 100 before it sends the body; or for 200, as source clients do.
    package func expectBody(isAcceptanceAwaited: Bool = false) {
        exchange.expectBody(
            isContinueAwaited: !isAcceptanceAwaited, isAcceptanceAwaited: isAcceptanceAwaited)
    }

    /// What a call of `read` brought.
    package enum Piece: Equatable {
        case bytes([UInt8])
        /// These are the last ones, or there are none.
        case last([UInt8])
        /// Nothing now.
        case nothing
        /// The response cannot be completed.
        case aborted
    }

    /// Asks for the next piece of the response's body. Only while there is more: after an answer with a
    /// body, until `.last` or `.aborted`, and after `.nothing` not before `resumes` has grown.
    package func read(mostBytes: Int = 16_384) -> Piece {
        var bytes = [UInt8](repeating: 0, count: mostBytes)
        let production = bytes.withUnsafeMutableBytes { exchange.produce(into: $0) }
        switch production {
        case .bytes(let count): return .bytes(Array(bytes[..<count]))
        case .last(let count): return .last(Array(bytes[..<count]))
        case .end: return .last([])
        case .wait: return .nothing
        case .abort: return .aborted
        }
    }

    /// The whole body of an answer whose source never waits; nil when it was aborted.
    package func readAll() -> [UInt8]? {
        guard answer?.hasBody == true else { return [] }
        var all: [UInt8] = []
        while true {
            switch read() {
            case .bytes(let bytes): all += bytes
            case .last(let bytes): return all + bytes
            case .nothing, .aborted: return nil
            }
        }
    }

    /// The value of the answer's first field of that name.
    package func field(_ name: String) -> String? {
        let fields = exchange.preparedHeaders + (answer?.headers ?? [])
        return fields.first { $0.name == name }?.value
    }

    /// The exchange is over; its handler is told.
    package func close(_ cause: CloseCause) { exchange.close(cause) }

    // MARK: What the exchange asks for

    package func didEnd(_ exchange: Exchange, _ cause: CloseCause) {}

    package func respond(_ exchange: Exchange, _ head: ResponseHead) { answer = head }
    package func credit(_ exchange: Exchange, _ bytes: Int) { creditedBytes += bytes }
    package func resume(_ exchange: Exchange) { resumes += 1 }
    package func reset(_ exchange: Exchange, _ code: ResetCode) { resetCode = code }
    package func sendContinue(_ exchange: Exchange) { hasContinued = true }
    package func sendAcceptance(_ exchange: Exchange) { hasAccepted = true }
    package func mediaDidChange(_ exchange: Exchange, isMedia: Bool) { self.isMedia = isMedia }
}
