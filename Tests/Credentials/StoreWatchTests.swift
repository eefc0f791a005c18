// Whether the store answers, as health checks and the log are told.

import Accounts
import Glibc
import LinuxIO
import Logging
import Telemetry
import Testing

@testable import Credentials

@Suite(.timeLimit(.minutes(1))) struct StoreWatchTests {
    private let loop: EventLoop
    private let counters: SlotCounters

    init() throws {
        loop = try EventLoop()
        counters = SlotCounters(try CounterPage.create(slots: 1), slot: 0)
    }

    private func makeWatch(store path: String) throws -> StoreWatch {
        let service = AccountService(
            store: try AccountStores.open(.sqlite(path: path)), allowsSignUp: true)
        return StoreWatch(
            desk: try AccountDesk(service: service, loop: loop), loop: loop, counters: counters,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// What two who ask before it is known are told.
    private func faults(_ watch: StoreWatch) -> [String?] {
        var faults: [String?] = []
        watch.start()
        for _ in 0..<2 {
            watch.whenKnown { fault in
                faults.append(fault)
                if faults.count == 2 { self.loop.stop() }
            }
        }
        #expect(faults == [], "nobody is answered before the store is")
        loop.run()
        return faults
    }

    @Test("a store that answers has no fault, and everybody who waits is told so")
    func answering() throws {
        var template = Array("/tmp/weir-watch-XXXXXX".utf8CString)
        let folder = String(cString: mkdtemp(&template))
        defer { try? FileSystem.removeTree(folder) }
        let watch = try makeWatch(store: folder + "/accounts.sqlite")
        #expect(faults(watch) == [nil, nil])
        #expect(watch.isAnswering)
        #expect(counters.total(.accountsAnswering) == 1)
    }

    @Test("a store that does not answer has a fault in words")
    func silent() throws {
        counters.set(.accountsAnswering, 1)
        let watch = try makeWatch(store: "/nonexistent/accounts.sqlite")
        #expect(watch.isAnswering, "nothing is known against it yet")
        let faults = faults(watch)
        #expect(faults.count == 2)
        #expect(faults.allSatisfy { $0?.isEmpty == false })
        #expect(!watch.isAnswering)
        #expect(counters.total(.accountsAnswering) == 0)
    }

    @Test("who asks when it is known is answered at once")
    func known() throws {
        let watch = try makeWatch(store: "/nonexistent/accounts.sqlite")
        let known = faults(watch)
        var told: String??
        watch.whenKnown { told = $0 }
        #expect(told == known.first)
    }
}
