// Connections reach workers, and workers that die are replaced without anybody else noticing.

import ControlChannel
import Glibc
import LinuxIO
import Testing

@Suite("A supervisor that serves", .timeLimit(.minutes(2)))
struct ServingTests {
    @Test("spreads connections evenly over its workers")
    func spread() throws {
        let supervisor = try TestSupervisor()
        supervisor.waitUntilReady()
        let clients = try (0..<6).map { _ in try supervisor.connect() }
        #expect(clients.filter { $0.greeting.slot == 0 }.count == 3)
        #expect(clients.filter { $0.greeting.slot == 1 }.count == 3)
        #expect(Set(clients.map(\.greeting.processID)).count == 2)
        #expect(clients.allSatisfy { $0.greeting.listener == 0 })
    }

    @Test("gives a worker the descriptors of its launch and no other")
    func descriptors() throws {
        let supervisor = try TestSupervisor()
        supervisor.waitUntilReady()
        // 3 control, 4 settings, 5 certificate, 6 key, 7 logo, 8 counters, 9 board, 10 to 73 doorbells; the
        // worker's own: 74 and 75 epoll, 76 the connection.
        let expected = (0...76).map { "\($0)" }.joined(separator: ",")
        #expect(try supervisor.connect().ask("descriptors") == expected)
    }

    @Test("gives all workers the same ticket keys, replacements included")
    func ticketKeys() throws {
        let supervisor = try TestSupervisor()
        supervisor.waitUntilReady()
        let first = try supervisor.connect()
        let second = try supervisor.connect()
        let keys = first.ask("keys")
        #expect(keys != nil && keys != "none")
        #expect(second.ask("keys") == keys)
        first.say("crash")
        let replacement = try supervisor.connect(
            slot: first.greeting.slot, otherThan: first.greeting.processID)
        #expect(replacement.ask("keys") == keys)
    }

    @Test(
        "replaces a worker that misbehaves, in the same slot, and others go on",
        arguments: ["crash", "exit", "malformed", "lie", "repeat", "descriptor", "deaf"])
    func replaced(misbehaviour: String) throws {
        let supervisor = try TestSupervisor()
        supervisor.waitUntilReady()
        let victim = try supervisor.connect()
        let bystander = try supervisor.connect()
        #expect(bystander.greeting.slot != victim.greeting.slot)
        victim.say(misbehaviour)
        #expect(victim.readLine() == nil)
        let replacement = try supervisor.connect(
            slot: victim.greeting.slot, otherThan: victim.greeting.processID)
        #expect(replacement.greeting.slot == victim.greeting.slot)
        #expect(bystander.ask("keys") != nil)
    }

    @Test("tells workers which listener a connection came through")
    func kinds() throws {
        let ports = try [FreePort(), FreePort()]
        let supervisor = try TestSupervisor(
            .init(admin: ports[0].release(), httpRedirect: ports[1].release()))
        supervisor.waitUntilReady()
        #expect(try supervisor.connect().greeting.listener == 0)
        #expect(TestClient(port: ports[1].number)?.greeting.listener == 1)
        #expect(TestClient(port: ports[0].number)?.greeting.listener == 2)
        #expect(supervisor.log.contains("admin=127.0.0.1:\(ports[0].number)"))
    }

    @Test("finds and replaces a worker that hangs")
    func hang() throws {
        let supervisor = try TestSupervisor(.init(workers: 1))
        supervisor.waitUntilReady()
        let victim = try supervisor.connect()
        victim.say("hang")
        #expect(victim.readLine() == nil)
        let replacement = try supervisor.connect(slot: 0, otherThan: victim.greeting.processID)
        #expect(replacement.ask("keys") != nil)
        #expect(supervisor.log.contains("it does not answer and its loop does not turn"))
    }

    @Test("lets workers that are killed again and again not all wait")
    func killedInTurn() throws {
        let supervisor = try TestSupervisor()
        supervisor.waitUntilReady()
        // The pauses grow, so at some time one waits when the other one is killed.
        while !supervisor.log.contains("no other worker serves: the next start does not wait") {
            let client = try supervisor.connect()
            client.say("crash")
            #expect(client.readLine() == nil)
        }
        #expect(supervisor.log.contains("worker keeps dying; the next start waits"))
        #expect(try supervisor.connect().ask("keys") != nil)
    }

    @Test("leaves a worker alone that is busy, while one that is stuck as long is replaced")
    func busy() throws {
        let supervisor = try TestSupervisor()
        supervisor.waitUntilReady()
        let busy = try supervisor.connect()
        let stuck = try supervisor.connect()
        #expect(busy.ask("silent") == "silent")
        stuck.say("hang")
        #expect(stuck.readLine() == nil)
        #expect(busy.ask("answer") == "answering")
        #expect(
            try supervisor.connect(slot: stuck.greeting.slot, otherThan: stuck.greeting.processID)
                .ask("keys") != nil)
        #expect(busy.ask("keys") != nil)
    }

    @Test("passes no connection to a worker that owes an answer, until it has answered")
    func late() throws {
        let supervisor = try TestSupervisor()
        supervisor.waitUntilReady()
        let silent = try supervisor.connect()
        #expect(silent.ask("silent") == "silent")
        // Each connection stays, so the silent worker is the one with the fewest.
        var others: [TestClient] = []
        var inARow = 0
        while inARow < 8 {
            try others.append(supervisor.connect())
            inARow = others.last?.greeting.slot == silent.greeting.slot ? 0 : inARow + 1
        }
        #expect(silent.ask("answer") == "answering")
        // It still has the fewest, and the supervisor hears of the answer a moment later.
        _ = try eventually("a connection to the worker that has answered") {
            let next = try supervisor.connect()
            return next.greeting.slot == silent.greeting.slot ? next : nil
        }
    }

    @Test("lets clients wait while every worker owes an answer")
    func allLate() throws {
        let supervisor = try TestSupervisor(.init(workers: 1))
        supervisor.waitUntilReady()
        let silent = try supervisor.connect()
        #expect(silent.ask("silent") == "silent")
        var clients: [TestClient] = []
        while !supervisor.log.contains("no worker can take a connection") {
            clients.append(TestClient(port: supervisor.port, awaitsGreeting: false)!)
            usleep(2_000)
        }
        let waiting = TestClient(port: supervisor.port, awaitsGreeting: false)!
        #expect(silent.ask("answer") == "answering")
        #expect(waiting.readLine() != nil)
        #expect(clients.allSatisfy { $0.readLine() != nil })
    }

    @Test("lets clients wait while no worker is there, instead of refusing them")
    func backlog() throws {
        let supervisor = try TestSupervisor(.init(workers: 1))
        supervisor.waitUntilReady()
        let victim = try supervisor.connect()
        victim.say("crash")
        #expect(victim.readLine() == nil)
        let next = try supervisor.connect()
        #expect(next.greeting.processID != victim.greeting.processID)
        #expect(next.greeting.slot == 0)
    }

    @Test("goes on with its worker after Ctrl-Z and fg")
    func stopped() throws {
        let supervisor = try TestSupervisor(.init(workers: 1))
        supervisor.waitUntilReady()
        let client = try supervisor.connect()
        supervisor.signal(SIGSTOP)
        supervisor.signal(SIGCONT)
        #expect(try supervisor.connect().greeting.processID == client.greeting.processID)
    }

    @Test("refuses what its descriptors do not allow, and goes on", arguments: ["", "few"])
    func fewDescriptors(mode: String) throws {
        // A worker with few runs out before the supervisor counts as many connections as it allows.
        // All clients here are one, so it gets all there is.
        let supervisor = try TestSupervisor(
            .init(
                workers: 1, workerMode: mode,
                environment: "WEIR_EXEMPT_NETWORK=127.0.0.0/8; ulimit -n 208"))
        supervisor.waitUntilReady()
        var clients: [TestClient] = []
        while let client = TestClient(port: supervisor.port) { clients.append(client) }
        #expect(clients.count == (mode == "few" ? 24 : 48))
        #expect(clients.allSatisfy { $0.ask("keys") != nil })
        let worker = clients[0].greeting.processID
        clients.removeLast(10)
        #expect(try supervisor.connect().greeting.processID == worker)
    }

    @Test("lets clients wait for a worker that is late, when all others are full")
    func lateWithRoom() throws {
        // 96 connections for each of 2 workers; all clients here are one, so it gets all there is.
        let supervisor = try TestSupervisor(
            .init(environment: "WEIR_EXEMPT_NETWORK=127.0.0.0/8; ulimit -n 256"))
        supervisor.waitUntilReady()
        let silent = try supervisor.connect()
        #expect(silent.ask("silent") == "silent")
        // Each connection stays, so the silent worker is the one with the fewest until it is late.
        var clients: [TestClient] = []
        var inARow = 0
        while inARow < 8 {
            usleep(20_000)
            try clients.append(supervisor.connect())
            inARow = clients.last?.greeting.slot == silent.greeting.slot ? 0 : inARow + 1
        }
        let greeted = clients.count
        while !supervisor.log.contains("no worker can take a connection") {
            clients.append(TestClient(port: supervisor.port, awaitsGreeting: false)!)
            usleep(2_000)
        }
        #expect(silent.ask("answer") == "answering")
        #expect(clients.dropFirst(greeted).allSatisfy { $0.readLine() != nil })
    }

    @Test("gives one client its part of the connections, and keeps the rest for others")
    func clientsPart() throws {
        // 2 workers with 96 connections each: one client gets 64.
        let supervisor = try TestSupervisor(.init(environment: "; ulimit -n 256"))
        supervisor.waitUntilReady()
        var clients: [TestClient] = []
        while let client = TestClient(port: supervisor.port) { clients.append(client) }
        #expect(clients.count == 64)
        #expect(clients.count { $0.greeting.slot == 0 } == 32)
        #expect(supervisor.log.contains("client=127.0.0.1"))
        let others = (2..<34).compactMap {
            TestClient(port: supervisor.port, from: 0x7F00_0000 + $0)
        }
        #expect(others.count == 32)
        // What ends is given back, also when a worker takes it along.
        clients.removeLast(32)
        clients += try (0..<32).map { _ in try supervisor.connect() }
        #expect(TestClient(port: supervisor.port) == nil)
        clients[0].say("crash")
        #expect(clients[0].readLine() == nil)
        let replacement = try supervisor.connect(
            slot: clients[0].greeting.slot, otherThan: clients[0].greeting.processID)
        #expect(replacement.ask("keys") != nil)
    }

    @Test("counts a connection from a proxy for the client that the proxy names")
    func proxied() throws {
        // 2 workers with 96 connections each: one client gets 64.
        let supervisor = try TestSupervisor(
            .init(
                passesListener: true,
                environment: """
                    WEIR_TRUSTED_PROXY=127.0.0.1 WEIR_PROXY_PROTOCOL=127.0.0.1:$PORT; ulimit -n 256
                    """))
        supervisor.waitUntilReady()
        #expect(TestClient(port: supervisor.port, from: 0x7F00_0002) == nil)
        #expect(supervisor.log.contains("no trusted proxy makes them"))
        let clients = try (0..<65).map { _ in try supervisor.connect() }
        let proxied = Int(ListenerKind.proxied.rawValue)
        #expect(clients.allSatisfy { $0.greeting.listener == proxied })
        for client in clients { client.say("client 192.0.2.1") }
        // One of them is too much. The supervisor says so to its worker a moment later.
        let refused = try eventually("one that is too much") {
            clients.first { $0.ask("keys") == "refused" }
        }
        #expect(supervisor.log.contains("client=192.0.2.1"))
        // Another client has a part of its own.
        let other = try supervisor.connect()
        other.say("client 192.0.2.2")
        #expect(other.ask("keys") != "refused")
        #expect(refused.ask("keys") != nil)
        // Twice is once too often.
        other.say("client 192.0.2.3")
        #expect(other.readLine() == nil)
    }

    @Test("says when an address for proxies is none of its own")
    func unknownProxied() throws {
        let supervisor = try TestSupervisor(
            .init(
                environment: "WEIR_TRUSTED_PROXY=127.0.0.1 WEIR_PROXY_PROTOCOL=127.0.0.1:9"))
        #expect(supervisor.waitForEnd() == .exited(code: 1))
        #expect(supervisor.log.contains("no listener for users has the address 127.0.0.1:9"))
    }

    @Test("takes a burst of connections, each exactly once")
    func burst() throws {
        let supervisor = try TestSupervisor(.init(workers: 3))
        supervisor.waitUntilReady()
        var clients: [TestClient] = []
        for _ in 0..<600 { try clients.append(supervisor.connect()) }
        let perSlot = (0..<3).map { slot in clients.filter { $0.greeting.slot == slot }.count }
        #expect(perSlot == [200, 200, 200])
    }
}
