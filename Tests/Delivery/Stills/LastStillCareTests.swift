// Stills that stay go with the account of whoever made them, although nobody asks for them.

import Accounts
import Credentials
import Media
import SegmentRing
import StreamBench
import StreamState
import Streams
import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(1))) struct LastStillCareTests {
    private let bench: StreamBench
    private let last: LastStills
    private let service: AccountService
    private let names: ChannelNames

    init() throws {
        let bench = try StreamBench()
        self.bench = bench
        last = try LastStills(settings: bench.settings, slot: 0, logger: bench.logger)
        service = AccountService(
            store: try AccountStores.open(.sqlite(path: bench.directory + "/accounts.sqlite")),
            allowsSignUp: true)
        let desk = try AccountDesk(service: service, loop: bench.loop)
        names = ChannelNames(
            credentials: Credentials(
                desk: desk, loop: bench.loop, counters: bench.counters, tellWorkers: {}),
            storeWatch: StoreWatch(
                desk: desk, loop: bench.loop, counters: bench.counters, logger: bench.logger),
            hasStream: { _ in false })
    }

    private func keep(_ name: String, by publisher: UInt64) throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        writer.ring.status.publisherKey = PublisherKey(identity: publisher, session: 0)
        try bench.append(StreamBench.keyFrame(), to: writer)
        last.keep(of: writer.ring, try StreamName(name))
        writer.ring.remove()
    }

    private func identity(_ account: Account) -> UInt64 {
        PublisherIdentity.account(account.id.bytes)
    }

    @Test("only those stay whose maker has the name and may publish")
    func round() throws {
        let password = "correct horse battery"
        let anna = try service.add(name: "anna", password: password)
        let carl = try service.add(name: "carl", password: password)
        let dora = try service.add(name: "dora", password: password)
        try service.setDisabled(true, dora)
        try keep("anna", by: identity(anna))
        try keep("bert", by: identity(anna))
        try keep("carl", by: identity(carl) ^ 1)
        try keep("dora", by: identity(dora))
        #expect(last.names.map(\.text) == ["anna", "bert", "carl", "dora"])
        var rounds: [() -> Void] = []
        let care = LastStillCare(lastStills: last, names: names) { _, action in
            rounds.append(action)
            // A round is over when the next one is put off.
            if rounds.count > 1 { bench.loop.stop() }
        }
        care.start()
        bench.loop.schedule(afterMs: 0) { rounds[0]() }
        bench.loop.run()
        #expect(last.names.map(\.text) == ["anna"])
    }
}
