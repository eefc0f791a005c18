// One request and its response as a route sees them, without a connection.

import FakeExchange
import Settings
import Testing

@testable import HTTP

struct ExchangeTests {
    /// Follows an exchange, and credits nothing by itself.
    private final class Follower: ExchangeHandler {
        var received: [UInt8] = []
        var isFinished = false
        var causes: [CloseCause] = []

        func exchange(_ exchange: Exchange, didReceiveBody bytes: UnsafeRawBufferPointer) {
            received += Array(bytes)
        }
        func exchangeDidFinishBody(_ exchange: Exchange) { isFinished = true }
        func exchangeDidClose(_ exchange: Exchange, cause: CloseCause) { causes.append(cause) }
    }

    /// Says what it is told to say.
    private final class Scripted: BodySource {
        var script: [Production]
        /// Called within `produce`.
        var meanwhile: () -> Void = {}
        init(_ script: [Production]) { self.script = script }

        override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
            meanwhile()
            let production = script.removeFirst()
            switch production {
            case .bytes(let count), .last(let count):
                for index in 0..<count { buffer[index] = 7 }
            default: break
            }
            return production
        }
    }

    private func upload() -> (FakeExchange, Follower) {
        let fake = FakeExchange(Request(method: "PUT", target: "/", hasBody: true))
        let follower = Follower()
        fake.exchange.handler = follower
        return (fake, follower)
    }

    private func get(_ method: String = "GET") -> FakeExchange {
        FakeExchange(Request(method: method, target: "/"))
    }

    // MARK: The request's body

    @Test("a handler gets the body, and the peer gets the credit for it")
    func body() {
        let (fake, follower) = upload()
        #expect(fake.send([1, 2, 3]))
        #expect(fake.send([4]))
        #expect(follower.received == [1, 2, 3, 4])
        #expect(fake.exchange.body.uncreditedBytes == 4)
        fake.exchange.credit(3)
        #expect(fake.creditedBytes == 3)
        fake.finishBody()
        #expect(follower.isFinished)
        fake.close(.completed)
        #expect(follower.causes == [.completed])
        #expect(fake.exchange.takeUncredited() == 1)
    }

    @Test("what nobody wants is not handed on: without a handler, behind an answer, behind a cause")
    func unwanted() {
        let alone = FakeExchange(Request(method: "PUT", target: "/", hasBody: true))
        #expect(!alone.send([1]))
        let (answered, follower) = upload()
        answered.exchange.respond(status: 204, headers: [], body: .none)
        #expect(!answered.send([1]))
        answered.finishBody()
        #expect(follower.received.isEmpty && !follower.isFinished)
        let (reset, other) = upload()
        reset.exchange.reset(.refused)
        #expect(!reset.send([1]))
        #expect(other.received.isEmpty && reset.resetCode == .refused)
        for fake in [alone, answered, reset] { fake.close(.completed) }
        #expect(other.causes == [.reset])
    }

    @Test("a response that is still produced goes with the rest of the request's body")
    func duplex() {
        let (fake, follower) = upload()
        fake.exchange.respond(status: 200, headers: [], body: .stream(Scripted([.wait])))
        #expect(fake.send([9]))
        fake.finishBody()
        #expect(follower.received == [9] && follower.isFinished)
        fake.close(.connectionLost)
    }

    /// A source that keeps a lot, or little.
    private final class Heavy: BodySource {
        private let bytes: Int

        init(_ bytes: Int) { self.bytes = bytes }

        override var heldBytes: Int { bytes }
    }

    @Test("what a source keeps is charged to the client, unless a request costs as much anyway")
    func charged() {
        for (bytes, charged) in [(100, 0), (100_000, 100_000)] {
            let fake = get()
            fake.exchange.respond(status: 200, headers: [], body: .stream(Heavy(bytes)))
            let held = fake.client.amount(of: .heldBytes)
            #expect(held == Limits.heldBytesPerRequest + charged)
            fake.close(.completed)
            #expect(fake.client.amount(of: .heldBytes) == 0)
        }
    }

    @Test("the end of a body is told once, and not at all where there is no body")
    func finishing() {
        let (fake, follower) = upload()
        fake.finishBody()
        follower.isFinished = false
        fake.finishBody()
        #expect(!follower.isFinished)
        let bodiless = get()
        let other = Follower()
        bodiless.exchange.handler = other
        bodiless.finishBody()
        #expect(!other.isFinished)
        fake.close(.completed)
        bodiless.close(.completed)
    }

    @Test("100 is sent when the body is expected, unless it is there already or has to wait")
    func continuing() {
        let (plain, _) = upload()
        plain.expectBody()
        #expect(plain.hasContinued)
        let (early, _) = upload()
        early.send([1])
        early.expectBody()
        #expect(!early.hasContinued)
        let (withheld, _) = upload()
        withheld.exchange.withholdsContinue = true
        withheld.expectBody()
        #expect(!withheld.hasContinued)
        withheld.exchange.withholdsContinue = false
        #expect(withheld.hasContinued)
        for fake in [plain, early, withheld] { fake.close(.completed) }
    }

    @Test("who was told 200 before the end of its request gets no other status")
    func acceptance() {
        let (fake, _) = upload()
        fake.expectBody(isAcceptanceAwaited: true)
        #expect(fake.hasAccepted && !fake.hasContinued)
        fake.exchange.respond(Problem(status: 409, slug: "taken", title: "Taken"))
        #expect(fake.answer?.isAnswered == true && fake.answer?.hasBody == false)
        fake.close(.completed)
    }

    // MARK: The response

    @Test(
        "what goes out depends on the status, the method and the body",
        arguments: [
            ("GET", 200, [1, 2], true, 2), ("GET", 200, [], false, 0),
            ("HEAD", 200, [1, 2], false, 2), ("GET", 304, [1, 2], false, 2),
            ("GET", 204, [1, 2], false, nil),
        ] as [(String, Int, [UInt8], Bool, Int?)])
    func heads(method: String, status: Int, bytes: [UInt8], hasBody: Bool, length: Int?) {
        let fake = get(method)
        fake.exchange.respond(status: status, headers: [], body: .bytes(bytes))
        #expect(fake.answer?.hasBody == hasBody)
        #expect(fake.answer?.contentLength == length)
        if hasBody { #expect(fake.readAll() == bytes) }
        #expect(fake.exchange.response.isHandedOn)
        fake.exchange.didSendResponse()
        #expect(fake.exchange.response.isSent)
        fake.close(.completed)
    }

    @Test("a body comes in pieces as large as there is room for")
    func pieces() {
        let fake = get()
        fake.exchange.respond(status: 200, headers: [], body: .shared([1, 2, 3, 4, 5]))
        #expect(fake.read(mostBytes: 2) == .bytes([1, 2]))
        #expect(fake.read(mostBytes: 2) == .bytes([3, 4]))
        #expect(fake.read(mostBytes: 2) == .last([5]))
        #expect(fake.exchange.sentBytes == 5)
        fake.close(.completed)
    }

    @Test("a source that waits is asked again when it has said that it has more")
    func waiting() {
        let fake = get()
        let source = Scripted([.wait, .bytes(2), .last(1)])
        fake.exchange.respond(status: 200, headers: [], body: .stream(source))
        fake.exchange.resume()
        #expect(fake.resumes == 0, "nobody waits")
        #expect(fake.read() == .nothing)
        #expect(!fake.exchange.response.wantsToSend)
        fake.exchange.resume()
        fake.exchange.resume()
        #expect(fake.resumes == 1)
        #expect(fake.read() == .bytes([7, 7]))
        #expect(fake.read() == .last([7]))
        fake.exchange.resume()
        #expect(fake.resumes == 1)
        fake.close(.completed)
    }

    @Test("what arrives while a source is asked is not forgotten")
    func resumedWithin() {
        let fake = get()
        let source = Scripted([.wait, .bytes(1), .wait, .wait])
        source.meanwhile = { fake.exchange.resume() }
        fake.exchange.respond(status: 200, headers: [], body: .stream(source))
        #expect(fake.read() == .bytes([7]))
        #expect(fake.read() == .nothing, "one more try, then it waits")
        #expect(source.script.isEmpty)
        fake.close(.completed)
    }

    @Test("a source that gives up decides the cause")
    func aborting() {
        let fake = get()
        let follower = Follower()
        fake.exchange.handler = follower
        fake.exchange.respond(status: 200, headers: [], body: .stream(Scripted([.abort])))
        #expect(fake.read() == .aborted)
        fake.close(.completed)
        #expect(follower.causes == [.reset])
    }

    @Test("a source that ends its own exchange is forgotten")
    func closedWithin() {
        let fake = get()
        weak var source: Scripted?
        do {
            let made = Scripted([.bytes(1)])
            made.meanwhile = { fake.close(.connectionLost) }
            source = made
            fake.exchange.respond(status: 200, headers: [], body: .stream(made))
            #expect(fake.read() == .aborted)
            made.meanwhile = {}
        }
        #expect(source == nil)
    }

    @Test("an answer behind the end goes nowhere and costs nothing")
    func late() {
        let fake = get()
        fake.close(.peerReset)
        let bytes = [UInt8](repeating: 0, count: 1_000_000)
        fake.exchange.respond(status: 200, headers: [], body: .bytes(bytes))
        #expect(fake.answer == nil)
        #expect(fake.client.amount(of: .heldBytes) == 0)
    }

    @Test("live media is counted from the moment it is set until the end")
    func media() {
        let fake = get()
        fake.exchange.isMedia = true
        #expect(fake.isMedia)
        fake.close(.completed)
        #expect(!fake.isMedia)
    }

    @Test("one exchange has one response")
    func twice() async {
        await #expect(processExitsWith: .failure) {
            let fake = FakeExchange(Request(method: "GET", target: "/"))
            fake.exchange.respond(status: 204, headers: [], body: .none)
            fake.exchange.respond(status: 204, headers: [], body: .none)
        }
    }
}
