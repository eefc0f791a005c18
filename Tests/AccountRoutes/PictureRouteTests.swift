// Requests for the picture of a channel that wait for the store together. Without a connection.

import Accounts
import Credentials
import FakeExchange
import Foundation
import HTTP
import LinuxIO
import Pictures
import StreamState
import Telemetry
import Testing

@testable import AccountRoutes

@Suite(.timeLimit(.minutes(1))) final class PictureRouteTests {
    private let folder: URL
    private let loop: EventLoop
    private let service: AccountService
    private let credentials: Credentials
    private let table: RouteTable
    private let clients = ClientTable(exemptNetworks: [])
    private let name: StreamName
    private let picture: [UInt8]

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let sample = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fuzz/Pictures/Corpus/png-colour")
        let checked = try Picture(
            checking: [UInt8](try Data(contentsOf: sample)), edgePixels: 16...2_048)
        picture = checked.bytes
        let path = folder.appending(path: "accounts.sqlite").path
        service = AccountService(
            store: try AccountStores.open(.sqlite(path: path)), allowsSignUp: false)
        let account = try service.add(name: "anna", password: "a long enough one")
        name = account.name
        try service.setPicture(PictureRecord(checked), of: account)
        loop = try EventLoop()
        let desk = try AccountDesk(service: service, loop: loop)
        credentials = Credentials(
            desk: desk, loop: loop,
            counters: SlotCounters(try CounterPage.create(slots: 1), slot: 0), tellWorkers: {})
        let crossOrigin = CrossOrigin(origins: [])
        let route = PictureRoute(desk: desk, credentials: credentials, crossOrigin: crossOrigin)
        table = RouteTable(route.routes, crossOrigin: crossOrigin) { _ in }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func client(_ number: UInt8) -> PeerAddress { PeerAddress(bytes: [192, 0, 2, number]) }

    private func ask(_ number: UInt8) -> FakeExchange {
        let fake = FakeExchange(
            Request(method: "GET", target: "/\(name)/picture", peer: client(number)),
            clients: clients)
        table.begin(fake.exchange)
        return fake
    }

    private func run(until isSo: @escaping () -> Bool) {
        var looks = 0
        func look() {
            if isSo() { return loop.stop() }
            looks += 1
            guard looks < 30_000 else {
                Issue.record("waited in vain")
                return loop.stop()
            }
            loop.schedule(afterMs: 1) { look() }
        }
        look()
        if !isSo() { loop.run() }
    }

    @Test("many who want one picture get it, each as it is for them")
    func together() {
        let fakes = (1...20).map { ask(UInt8($0)) }
        run { fakes.allSatisfy { $0.answer != nil } }
        for fake in fakes {
            #expect(fake.answer?.status == 200 && fake.readAll() == picture)
            fake.close(.completed)
        }
    }

    @Test(
        "whoever asks too much is refused alone, first or not, and so is nobody for whoever has gone",
        arguments: [true, false])
    func alone(isKnown: Bool) throws {
        if isKnown {
            // Then the picture alone has to be asked for.
            var found = false
            credentials.owner(of: name, for: clients.client(at: client(9))) { _ in found = true }
            run { found }
        }
        let greedy = clients.client(at: client(1))
        while greedy.take(.accountQuestions) {}
        let (refused, gone, others) = (ask(1), ask(2), [ask(3), ask(1), ask(4)])
        gone.close(.completed)
        run { others.allSatisfy { $0.answer != nil } && refused.answer != nil }
        #expect(refused.answer?.status == 429)
        #expect(gone.answer == nil)
        // Who asks too much gets what others have asked for.
        for fake in others { #expect(fake.answer?.status == 200) }
        for fake in [refused] + others { fake.close(.completed) }
    }
}
