// An HTTPServer on loopback with its own loop and thread, and routes that do what tests need.

import Foundation
import HTTP
import LinuxIO
import Synchronization

/// A certificate for localhost that only lives as long as the tests.
struct TestCertificate {
    let certificateFile: String
    let keyFile: String

    static let shared: TestCertificate = {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-http-\(UUID().uuidString)")
        try! FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let made = TestCertificate(
            certificateFile: folder.appendingPathComponent("cert.pem").path,
            keyFile: folder.appendingPathComponent("key.pem").path)
        let result = run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "1", "-subj", "/CN=localhost", "-keyout", made.keyFile, "-out",
            made.certificateFile)
        precondition(result.status == 0, result.errors)
        return made
    }()

    func context() throws -> TLSContext {
        let pem = { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))) }
        return try TLSContext(
            chain: try CertificateChain(pem: pem(certificateFile)),
            key: try PrivateKey(pem: pem(keyFile)))
    }
}

/// Limits that a test can wait for. What a client has to do before it comes to its scenario's limit
/// has more time than that: the machine may be busy with all other tests.
func shortLimits(for scenario: String) -> HTTPLimits {
    var limits = HTTPLimits()
    // Also when a connection is first looked at, whatever has gone on since.
    limits.handshakeMs = scenario.contains("handshake") ? 150 : 2_000
    if scenario.contains("head") { limits.headerSectionMs = 150 }
    limits.bodyFirstByteMs = 150
    limits.bodyIdleMs = 150
    limits.progressMs = 200
    limits.lingerMs = 50
    return limits
}

/// Runs `body` with a server of its own.
func withServer(
    _ limits: HTTPLimits = HTTPLimits(), _ body: (TestServer) throws -> Void
) throws {
    let server = try TestServer(limits: limits)
    defer { server.stop() }
    try body(server)
}

/// What a program that has ended left behind.
struct Finished {
    let status: Int32
    let output: Data
    let errors: String
    var text: String { String(decoding: output, as: UTF8.self) }
}

/// Runs a program to its end.
@discardableResult
func run(_ arguments: String..., input: Data? = nil) -> Finished {
    run(arguments, input: input)
}

func run(_ arguments: [String], input: Data? = nil) -> Finished {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let folder = FileManager.default.temporaryDirectory
    let errorFile = folder.appendingPathComponent("weir-errors-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: errorFile.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: errorFile) }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = try! FileHandle(forWritingTo: errorFile)
    let inputPipe = Pipe()
    process.standardInput = inputPipe
    try! process.run()
    if let input { try? inputPipe.fileHandleForWriting.write(contentsOf: input) }
    try? inputPipe.fileHandleForWriting.close()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let errors = (try? String(contentsOf: errorFile, encoding: .utf8)) ?? ""
    return Finished(status: process.terminationStatus, output: text, errors: errors)
}

/// What a server has told.
final class Observed: ServerObserver {
    private(set) var statuses: [Int] = []
    private(set) var handshakes = 0

    func didAnswer(route: Int, status: Int, durationUs: UInt64) {
        statuses.append(status)
    }

    func didFinishHandshake(durationUs: UInt64) { handshakes += 1 }
}

/// A server, its loop and its thread. Everything but the members marked so is the loop's.
final class TestServer: @unchecked Sendable, EventHandler {
    let loop: EventLoop
    let application = TestApplication()
    let counters = HTTPCounters()
    let observed = Observed()
    let server: HTTPServer
    /// Set once before the thread starts.
    private(set) var port: UInt16 = 0
    /// Where there is no TLS.
    private(set) var plainPort: UInt16 = 0
    private let listener: Descriptor
    private let plainListener: Descriptor
    private let bell: EventDescriptor
    private let posted = Mutex<[@Sendable () -> Void]>([])
    private let ended = DispatchSemaphore(value: 0)

    init(limits: HTTPLimits = HTTPLimits(), tls: TLSContext? = nil) throws {
        loop = try EventLoop()
        bell = try EventDescriptor()
        server = HTTPServer(
            loop: loop, tls: try tls ?? TestCertificate.shared.context(), application: application,
            counters: counters, observer: observed, limits: limits)
        listener = Self.makeSocket()
        plainListener = Self.makeSocket()
        application.server = self
        port = try Self.listen(listener)
        plainPort = try Self.listen(plainListener)
        _ = try loop.add(listener.raw, interest: .readable, handler: self)
        _ = try loop.add(
            plainListener.raw, interest: .readable,
            handler: Handler { [unowned self] in accept(plainListener.raw, over: .plain) })
        _ = try loop.add(
            bell.descriptor.raw, interest: .readable,
            handler: Handler { [unowned self] in runPosted() })
        Thread { [self] in
            loop.run()
            server.closeAll()
            ended.signal()
        }.start()
    }

    private static func makeSocket() -> Descriptor {
        Descriptor(owning: socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
    }

    private static func listen(_ listener: borrowing Descriptor) throws -> UInt16 {
        let raw = listener.raw
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                try systemCall("bind") { bind(raw, generic, length) }
                try systemCall("listen") { Glibc.listen(raw, 128) }
                try systemCall("getsockname") { getsockname(raw, generic, &length) }
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    func handleReadiness(_ readiness: Readiness) {
        accept(listener.raw, over: .tls)
    }

    private func accept(_ raw: Int32, over transport: HTTPServer.Transport) {
        while true {
            let accepted = Glibc.accept(raw, nil, nil)
            guard accepted >= 0 else { return }
            server.adopt(Descriptor(owning: accepted), over: transport)
        }
    }

    fileprivate func runPosted() {
        bell.clear()
        let work = posted.withLock { work in
            defer { work = [] }
            return work
        }
        for action in work { action() }
    }

    // MARK: From any thread

    var base: String { "https://127.0.0.1:\(port)" }

    /// Runs `body` on the loop's thread and waits for its result.
    func onLoop<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result {
        let box = Mutex<Result?>(nil)
        let done = DispatchSemaphore(value: 0)
        posted.withLock {
            $0.append {
                box.withLock { $0 = body() }
                done.signal()
            }
        }
        bell.ring()
        done.wait()
        return box.withLock { $0! }
    }

    func stop() {
        onLoop { [self] in loop.stop() }
        ended.wait()
    }

    /// Runs a scenario of the raw-frame client; nil when all was as it expects.
    func frames(_ scenario: String, _ arguments: String...) -> String? {
        runClient("frames.py", ["\(port)", scenario] + arguments)
    }

    /// Runs a scenario of the raw HTTP/1.1 client; nil when all was as it expects.
    func http1(_ scenario: String, isPlain: Bool = false) -> String? {
        runClient("http1.py", ["\(isPlain ? plainPort : port)", scenario])
    }

    private func runClient(_ name: String, _ arguments: [String]) -> String? {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let script = folder.appendingPathComponent("Clients/\(name)").path
        // The environment that scripts/python-environment makes has the packages the client needs.
        let made = folder.appendingPathComponent("../../build/venv/bin/python").standardized.path
        let python = FileManager.default.isExecutableFile(atPath: made) ? made : "python3"
        let result = run([python, script] + arguments)
        return result.status == 0 ? nil : result.errors
    }

    func curl(
        _ arguments: String..., over version: String = "--http2", input: Data? = nil
    ) -> Finished {
        run(["curl", "-sSk", version, "--max-time", "30"] + arguments, input: input)
    }
}

/// Joins a descriptor to a closure.
private final class Handler: EventHandler {
    private let action: () -> Void
    init(_ action: @escaping () -> Void) { self.action = action }
    func handleReadiness(_ readiness: Readiness) { action() }
}
