// How a supervisor ends: in good order, in a hurry, and by force.

import Glibc
import LinuxIO
import Testing

@Suite("A supervisor that ends", .timeLimit(.minutes(2)))
struct EndingTests {
    @Test(
        "waits on SIGTERM and SIGINT until its workers are done, then exits with 0",
        arguments: [SIGTERM, SIGINT])
    func drains(signal: Int32) throws {
        let supervisor = try TestSupervisor()
        supervisor.waitUntilReady()
        var clients = try (0..<4).map { _ in try supervisor.connect() }
        supervisor.signal(signal)
        supervisor.waitForNotification("STOPPING=1")
        #expect(clients.allSatisfy { $0.ask("keys") != nil })
        clients = []
        #expect(supervisor.waitForEnd() == .exited(code: 0))
    }

    @Test("still takes connections through the admin listener, and through no other")
    func adminWhileDraining() throws {
        let port = try FreePort()
        let supervisor = try TestSupervisor(.init(admin: port.release()))
        supervisor.waitUntilReady()
        var client: TestClient? = try supervisor.connect()
        supervisor.signal(SIGTERM)
        supervisor.waitForNotification("STOPPING=1")
        let late = try eventually("the admin listener") { TestClient(port: port.number) }
        #expect(late.greeting.listener == 2)
        #expect(client?.ask("keys") != nil)
        client = nil
        #expect(supervisor.waitForEnd() == .exited(code: 0))
    }

    @Test("ends connections that outlast the drain timeout")
    func drainTimeout() throws {
        let supervisor = try TestSupervisor(.init(drainSeconds: 1))
        supervisor.waitUntilReady()
        let client = try supervisor.connect()
        supervisor.signal(SIGTERM)
        #expect(client.readLine() == nil)
        #expect(supervisor.waitForEnd() == .exited(code: 0))
    }

    @Test("kills a worker that does not obey")
    func stubborn() throws {
        let supervisor = try TestSupervisor(
            .init(workers: 1, workerMode: "stubborn", drainSeconds: 1))
        supervisor.waitUntilReady()
        supervisor.signal(SIGTERM)
        #expect(supervisor.waitForEnd() == .exited(code: 0))
        #expect(supervisor.log.contains("did not exit in time"))
    }

    @Test("ends at once on a second signal")
    func secondSignal() throws {
        let supervisor = try TestSupervisor()
        supervisor.waitUntilReady()
        let client = try supervisor.connect()
        supervisor.signal(SIGTERM)
        supervisor.waitForNotification("STOPPING=1")
        supervisor.signal(SIGTERM)
        #expect(client.readLine() == nil)
        #expect(supervisor.waitForEnd() == .exited(code: 128 + SIGTERM))
    }

    @Test("by force takes its workers along")
    func killed() throws {
        let supervisor = try TestSupervisor()
        supervisor.waitUntilReady()
        let clients = try [supervisor.connect(), supervisor.connect()]
        supervisor.signal(SIGKILL)
        #expect(supervisor.waitForEnd() == .killed(signal: SIGKILL))
        for client in clients { #expect(client.readLine() == nil) }
    }

    @Test("goes on after SIGHUP and SIGUSR2", arguments: [SIGHUP, SIGUSR2])
    func otherSignals(signal: Int32) throws {
        let supervisor = try TestSupervisor(.init(workers: 1))
        supervisor.waitUntilReady()
        let client = try supervisor.connect()
        supervisor.signal(signal)
        supervisor.signal(SIGTERM)
        supervisor.waitForNotification("STOPPING=1")
        #expect(client.ask("keys") != nil)
    }
}
