// Starts the real `weir serve` with fake workers. The listening socket is bound here and passed in as
// a service manager does, so no test depends on a free port number, and readiness is awaited
// through the notification socket, so no test waits for time.

import Glibc
import LinuxIO
import Testing

/// A folder of its own for one test, removed with the value.
final class TestFolder {
    let path: String

    init() {
        var template = Array("/tmp/weir-test-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }

    deinit {
        let removal = try? SpawnedProcess(
            path: "/bin/rm", arguments: ["-rf", path], inherited: [], blockedSignals: [])
        if let removal { _ = waitForEnd(removal) }
    }

    func write(_ name: String, _ text: String) {
        let raw = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let file = Descriptor(owning: raw)
        let bytes = Array(text.utf8)
        #expect(Glibc.write(file.raw, bytes, bytes.count) == bytes.count)
    }

    func read(_ name: String) -> String {
        let raw = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return "" }
        let bytes = try? MemoryFile.contents(of: Descriptor(owning: raw), limitBytes: 1 << 20)
        return String(decoding: bytes ?? [], as: UTF8.self)
    }
}

/// Waits until a child ends, then reaps it.
func waitForEnd(_ child: borrowing SpawnedProcess) -> ProcessEnd? {
    var poll = pollfd(fd: child.raw, events: Int16(POLLIN), revents: 0)
    while Glibc.poll(&poll, 1, -1) < 0 {}
    return child.reap()
}

/// Waits for a condition that nothing announces. One that does not come true in a minute, far more than
/// a busy machine needs, fails the test and says what was missing.
func eventually<Value>(_ what: String, _ condition: () throws -> Value?) throws -> Value {
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
        if let value = try condition() { return value }
        try #require(ContinuousClock.now < deadline, "waited in vain for \(what)")
        usleep(2_000)
    }
}

/// A port that is free until somebody else happens to take it, for listeners that no test can pass
/// in. It is held until it is released.
final class FreePort {
    let number: UInt16
    private var listener: Listener?

    init() throws {
        let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 1)
        number = UInt16(listener.localAddress.split(separator: ":").last!)!
        self.listener = consume listener
    }

    /// The address to listen on.
    func release() -> String {
        listener = nil
        return "127.0.0.1:\(number)"
    }
}

final class TestSupervisor {
    struct Options {
        var workers = 2
        var workerMode = ""
        var drainSeconds = 30
        /// The data directory; nil for one in the test's folder.
        var data: String?
        /// Pass the listener by descriptor; else `listen` is bound.
        var passesListener = true
        var listen = "127.0.0.1:1"
        var workerProgram: String?
        /// Off, because tests run side by side.
        var admin = "off"
        var httpRedirect = "off"
        /// More variables, as shell assignments.
        var environment = ""
    }

    let folder = TestFolder()
    let port: UInt16
    private let listener: Listener
    private let process: SpawnedProcess
    private let notifications: Descriptor
    private var hasEnded = false

    private static let products = {
        var path = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &path, path.count)
        let bytes = path[..<length].map(UInt8.init(bitPattern:))
        return String(decoding: bytes[...bytes.lastIndex(of: 0x2F)!], as: UTF8.self)
    }()

    init(_ options: Options = Options()) throws {
        folder.write("cert.pem", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
        folder.write("key.pem", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n")
        listener = try Listener(host: "127.0.0.1", port: 0, backlog: 128)
        port = UInt16(listener.localAddress.split(separator: ":").last!)!
        notifications = Self.bindDatagramSocket("\(folder.path)/notify")
        let worker = options.workerProgram ?? "\(Self.products)FakeWorker"
        let script = """
            PORT=\(port)
            export WEIR_WORKER=\(worker) WEIR_FAKE_WORKER=\(options.workerMode) \
            NOTIFY_SOCKET=\(folder.path)/notify \(options.environment)
            \(options.passesListener ? "export LISTEN_PID=$$ LISTEN_FDS=1" : "exec 3<&-")
            exec "$0" "$@" 2>\(folder.path)/log
            """
        process = try SpawnedProcess(
            path: "/bin/sh",
            arguments: [
                "-c", script, "\(Self.products)weir", "serve", "--listen", options.listen,
                "--workers", "\(options.workers)",
                "--data", options.data ?? "\(folder.path)/data",
                "--cert", "\(folder.path)/cert.pem", "--key", "\(folder.path)/key.pem",
                "--publish", "open", "--stop-timeout", "\(options.drainSeconds)",
                "--admin", options.admin, "--http-redirect", options.httpRedirect,
                "--log-level", "debug",
            ],
            inherited: [listener.descriptor.raw], blockedSignals: [])
    }

    deinit {
        guard !hasEnded else { return }
        process.signal(SIGKILL)
        _ = SupervisorTests.waitForEnd(process)
    }

    private static func bindDatagramSocket(_ path: String) -> Descriptor {
        let raw = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(result == 0)
        return Descriptor(owning: raw)
    }

    var processID: Int32 { process.processID }

    var log: String { folder.read("log") }

    func signal(_ number: Int32) {
        process.signal(number)
    }

    func waitForEnd() -> ProcessEnd? {
        hasEnded = true
        return SupervisorTests.waitForEnd(process)
    }

    /// Waits for a notification with this line; fails when the process ends without it.
    @discardableResult
    func waitForNotification(_ line: String) -> Bool {
        var block = [UInt8](repeating: 0, count: 1024)
        while true {
            var polled = [
                pollfd(fd: notifications.raw, events: Int16(POLLIN), revents: 0),
                pollfd(fd: process.raw, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, -1) > 0 else { continue }
            if polled[0].revents != 0 {
                let count = recv(notifications.raw, &block, block.count, 0)
                let text = String(decoding: block.prefix(max(0, count)), as: UTF8.self)
                if text.split(separator: "\n").contains(line[...]) { return true }
            } else if polled[1].revents != 0 {
                Issue.record("the supervisor has ended without \(line); its log: \(log)")
                return false
            }
        }
    }

    func waitUntilReady() {
        waitForNotification("READY=1")
    }

    /// A client that has been greeted by a worker.
    func connect() throws -> TestClient {
        try eventually("a worker's greeting") { TestClient(port: port) }
    }

    /// A client of a worker in this slot other than the process `old`.
    func connect(slot: Int, otherThan old: Int32) throws -> TestClient {
        try eventually("another worker in slot \(slot)") {
            let client = try connect()
            guard client.greeting.slot == slot, client.greeting.processID != old else { return nil }
            return client
        }
    }
}
