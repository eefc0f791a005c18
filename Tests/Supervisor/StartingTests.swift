// How a supervisor starts, and in how many words it says why not.

import Glibc
import LinuxIO
import Testing

@Suite("A supervisor that starts", .timeLimit(.minutes(2)))
struct StartingTests {
    /// The last line of the log of a start that failed.
    private func failure(
        _ options: TestSupervisor.Options, code: Int32 = 1
    ) throws -> String {
        let supervisor = try TestSupervisor(options)
        #expect(supervisor.waitForEnd() == .exited(code: code))
        let lines = supervisor.log.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("weir: ") }.count == 1)
        return String(lines.last ?? "")
    }

    @Test("names the port that is in use")
    func portInUse() throws {
        let other = try Listener(host: "127.0.0.1", port: 0, backlog: 1)
        let line = try failure(.init(passesListener: false, listen: other.localAddress))
        #expect(line.hasPrefix("weir: cannot listen on \(other.localAddress): the port is in use"))
        #expect(line.contains("--listen"))
    }

    @Test("names the flag of the listener whose port is in use")
    func otherPortInUse() throws {
        let other = try Listener(host: "127.0.0.1", port: 0, backlog: 1)
        let admin = try failure(.init(admin: other.localAddress))
        #expect(admin.hasPrefix("weir: cannot listen on \(other.localAddress): the port is in use"))
        #expect(admin.hasSuffix("choose another with --admin"))
        let redirect = try failure(.init(httpRedirect: other.localAddress))
        #expect(redirect.hasSuffix("choose another with --http-redirect"))
    }

    @Test("refuses one address for two things")
    func sameAddress() throws {
        let line = try failure(.init(listen: "127.0.0.1:7", admin: "127.0.0.1:7"), code: 2)
        #expect(line.contains("127.0.0.1:7 is used for something else already"))
    }

    @Test("says that no interface has an address")
    func noSuchAddress() throws {
        let line = try failure(.init(passesListener: false, listen: "192.0.2.1:8443"))
        #expect(line.contains("no interface of this machine has that address"))
    }

    @Test("names the instance that uses the data directory, and leaves it alone")
    func dataDirectoryInUse() throws {
        let first = try TestSupervisor()
        first.waitUntilReady()
        let data = "\(first.folder.path)/data"
        let line = try failure(.init(data: data))
        #expect(
            line.hasPrefix(
                "weir: the data directory \(data) is in use by another weir "
                    + "(process \(first.processID))"))
        #expect(try first.connect().ask("keys") != nil)
    }

    @Test("takes over a data directory whose last user was killed")
    func dataDirectoryLeft() throws {
        let first = try TestSupervisor()
        first.waitUntilReady()
        first.signal(SIGKILL)
        #expect(first.waitForEnd() == .killed(signal: SIGKILL))
        let second = try TestSupervisor(.init(data: "\(first.folder.path)/data"))
        second.waitUntilReady()
        #expect(first.folder.read("data/lock") == "\(second.processID)\n")
    }

    @Test("says that a data directory cannot be created")
    func dataDirectoryMissing() throws {
        let line = try failure(.init(data: "/proc/nowhere/data"))
        #expect(line.hasPrefix("weir: cannot use the data directory /proc/nowhere/data: "))
    }

    @Test("says that the worker's program is missing")
    func workerMissing() throws {
        let line = try failure(.init(workerProgram: "/nonexistent/weir-worker"))
        #expect(line.hasPrefix("weir: cannot start /nonexistent/weir-worker: "))
    }

    @Test("gives up with its workers' code when they refuse to start")
    func workersRefuse() throws {
        let supervisor = try TestSupervisor(.init(workerMode: "refuse"))
        #expect(supervisor.waitForEnd() == .exited(code: 2))
        // The worker has said why; the supervisor adds nothing that would hide it.
        #expect(!supervisor.log.contains("died"))
    }

    @Test("refuses a passed descriptor that is no listening socket")
    func passedNonsense() throws {
        let line = try failure(
            .init(
                passesListener: false,
                environment: "LISTEN_PID=$$ LISTEN_FDS=1; exec 3</dev/null; true"))
        #expect(line.contains("descriptor 3 from the service manager"))
    }

    @Test("ignores sockets that were passed to another process")
    func passedToAnother() throws {
        let other = try Listener(host: "127.0.0.1", port: 0, backlog: 1)
        let line = try failure(
            .init(
                passesListener: false, listen: other.localAddress,
                environment: "LISTEN_PID=1 LISTEN_FDS=1"))
        #expect(line.contains("the port is in use"))
    }

    @Test("feeds the watchdog")
    func watchdog() throws {
        let supervisor = try TestSupervisor(.init(environment: "WATCHDOG_USEC=100000"))
        supervisor.waitUntilReady()
        supervisor.waitForNotification("WATCHDOG=1")
        supervisor.waitForNotification("WATCHDOG=1")
    }
}
