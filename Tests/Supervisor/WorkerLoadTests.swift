// How busy a worker is, and which worker gets the next connection.

import LinuxIO
import Testing

@testable import Supervisor

@Suite("A worker's load")
struct WorkerLoadTests {
    private let client = ConnectionOwner.client(PeerAddress(bytes: [192, 0, 2, 1]).network)

    @Test("is what was passed and has not ended, in whatever order it ends")
    func counts() {
        var load = WorkerLoad()
        #expect(load.nextNumber == 1)
        for owner in [client, .operators, client] { load.connectionWasPassed(for: owner) }
        #expect(load.connections == 3)
        let ended = [2, 3].map { load.connectionHasEnded($0) }
        #expect(ended == [.operators, client])
        #expect(load.connections == 1)
        #expect(load.nextNumber == 4)
    }

    @Test("does not believe what cannot be", arguments: [0, 2, 3, .max])
    func impossible(number: UInt64) {
        var load = WorkerLoad()
        load.connectionWasPassed(for: client)
        load.connectionWasPassed(for: client)
        let first = load.connectionHasEnded(2)
        #expect(first == client)
        // Never passed, or ended before.
        let believed = load.connectionHasEnded(number)
        #expect(believed == nil)
        #expect(load.connections == 1)
    }

    @Test("is nothing when the worker is gone, and no number comes twice")
    func gone() {
        var load = WorkerLoad()
        for _ in 0..<3 { load.connectionWasPassed(for: client) }
        let owners = load.takeAll()
        #expect(owners == [client, client, client])
        #expect(load.connections == 0)
        #expect(load.nextNumber == 4)
    }
}

@Suite("The next connection")
struct LeastLoadedTests {
    @Test("goes to the worker with the fewest")
    func fewest() {
        #expect(WorkerLoad.leastLoaded([5, 2, 9], after: 0) == 1)
    }

    @Test("goes round among equals")
    func equals() {
        #expect(WorkerLoad.leastLoaded([1, 1, 1], after: 0) == 1)
        #expect(WorkerLoad.leastLoaded([1, 1, 1], after: 2) == 0)
        #expect(WorkerLoad.leastLoaded([0], after: 0) == 0)
    }

    @Test("never goes to a worker that cannot take any")
    func unavailable() {
        #expect(WorkerLoad.leastLoaded([nil, 7, nil], after: 1) == 1)
        #expect(WorkerLoad.leastLoaded([nil, nil], after: 0) == nil)
        #expect(WorkerLoad.leastLoaded([], after: 0) == nil)
    }
}
