// How busy a worker is, and which worker gets the next connection.

import Testing

@testable import Supervisor

@Suite("A worker's load")
struct WorkerLoadTests {
    @Test("counts connections that are still on their way")
    func underWay() {
        var load = WorkerLoad()
        for _ in 0..<3 { load.connectionWasPassed() }
        #expect(load.connections == 3)
        let answer1 = load.report(connections: 2, received: 2)
        #expect(answer1)
        #expect(load.connections == 3)
        let answer2 = load.report(connections: 1, received: 3)
        #expect(answer2)
        #expect(load.connections == 1)
    }

    @Test("does not believe what cannot be")
    func impossible() {
        var load = WorkerLoad()
        load.connectionWasPassed()
        load.connectionWasPassed()
        let answer3 = load.report(connections: 0, received: 3)
        #expect(!answer3)
        let answer4 = load.report(connections: 2, received: 2)
        #expect(answer4)
        let answer5 = load.report(connections: 2, received: 1)
        #expect(!answer5)
        #expect(load.connections == 2)
    }

    @Test("stays a number when a worker claims the most there is")
    func extreme() {
        var load = WorkerLoad()
        load.connectionWasPassed()
        let answer6 = load.report(connections: .max, received: 0)
        #expect(answer6)
        #expect(load.connections == UInt64(UInt32.max) + 1)
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
