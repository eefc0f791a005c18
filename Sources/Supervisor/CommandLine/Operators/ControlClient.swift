// A command's end of the control socket: asks the supervisor with a line of JSON, or a worker with HTTP. Each
// question has a connection of its own. Everything blocks, but for a bounded time.
//
// Answers come from a process that may not be ours, so they are bounded and checked.

import Glibc
import LinuxIO
import Settings
import Text

struct ControlClient {
    let path: String
    /// What is wrong with the file of settings that the command was given; nil: nothing that matters.
    let settingsFault: String?

    /// Finds a server that listens.
    static func find(_ flags: ControlFlags) throws -> ControlClient {
        let search = try flags.search()
        var denied: StartError?
        for path in search.places {
            do throws(SystemError) {
                _ = try UnixStream.connect(to: path, timeoutMs: Limits.commandPatienceMs)
                return ControlClient(path: path, settingsFault: search.fault)
            } catch {
                switch error.code {
                case ENOENT, ECONNREFUSED: continue
                // Somebody else's server; one's own may be at the next place.
                case EACCES, EPERM: denied = denied ?? explain(error, path)
                default: throw explain(error, path)
                }
            }
        }
        if let denied { throw denied }
        let places = search.places.map(Quoted.printable).joined(separator: " or ")
        let fault = search.fault.map { " (\($0))" } ?? ""
        throw StartError(
            message:
                "no weir listens at \(places)\(fault); start it, or name its socket with --control")
    }

    /// Says what is wrong with the file of settings. Not where the server has said it.
    func tellSettingsFault() {
        guard let settingsFault else { return }
        StandardError.write("weir: note: \(settingsFault); the server was found without it\n")
    }

    private static func explain(_ error: SystemError, _ path: String) -> StartError {
        let place = Quoted.printable(path)
        return switch error.code {
        case EACCES, EPERM:
            StartError(
                message: "no permission to use \(place); "
                    + "run this as root (sudo), or as the user that runs weir")
        case EAGAIN:
            StartError(message: "weir does not answer at \(place); is it stopped or overloaded?")
        default:
            StartError(message: "cannot connect to \(place): \(error.message)")
        }
    }

    private func connect() throws(StartError) -> Descriptor {
        do {
            return try UnixStream.connect(to: path, timeoutMs: Limits.commandPatienceMs)
        } catch {
            throw Self.explain(error, path)
        }
    }

    private func send(_ text: String, to raw: Int32) throws(StartError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            do throws(SystemError) {
                let count = try UnixStream.send(rest, to: raw)
                guard count > 0 else { throw SystemError(code: EAGAIN, call: "send") }
                rest = rest.dropFirst(count)
            } catch {
                // The server may have said why before it closed, so the answer is looked at.
                if error.code == EPIPE || error.code == ECONNRESET { return }
                throw Self.explain(error, path)
            }
        }
    }

    // MARK: The supervisor

    /// Asks, and returns the last line of the answer.
    /// - Parameters:
    ///   - isPatient: the answer takes as long as the work does.
    ///   - onProgress: gets what is told before.
    /// Errors: the reason of a refusal; no answer.
    func ask(
        _ request: OperatorRequest, isPatient: Bool = false, onProgress: (String) -> Void = { _ in }
    ) throws(StartError) -> JSONValue {
        let connection = try connect()
        try send(request.line + "\n", to: connection.raw)
        var received: [UInt8] = []
        while true {
            while let end = received.firstIndex(of: 0x0A) {
                let line = Array(received[..<end])
                received.removeFirst(end + 1)
                if let last = try take(line, onProgress) { return last }
            }
            guard received.count <= Limits.commandAnswerBytes else { throw Self.nonsense }
            switch UnixStream.receive(connection.raw, limitBytes: 64 * 1_024) {
            case .bytes(let bytes): received += bytes
            case .wouldBlock where isPatient: continue
            case .wouldBlock: throw Self.explain(SystemError(code: EAGAIN, call: "recv"), path)
            case .end: throw Self.cutOff
            }
        }
    }

    private func take(
        _ line: [UInt8], _ onProgress: (String) -> Void
    ) throws(StartError) -> JSONValue? {
        guard let value = JSONValue(parsing: line) else { throw Self.nonsense }
        if let text = value["progress"]?.string {
            onProgress(Quoted.printable(text))
            return nil
        }
        guard let isDone = value["done"]?.boolean else { throw Self.nonsense }
        if isDone { return value }
        let reason = value["reason"]?.string ?? "the server does not say why"
        throw StartError(message: reason.printable)
    }

    private static let nonsense = StartError(
        message: "what listens there gives an answer that makes no sense; is it weir?")

    static let cutOff = StartError(message: "the server ended before it had answered")

    // MARK: A worker

    /// Asks one of the workers. Nil: none answers.
    func http(_ method: String, _ target: String) throws(StartError) -> (
        status: Int, body: JSONValue
    )? {
        let connection = try connect()
        try send(
            "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
                + "Connection: close\r\n\r\n", to: connection.raw)
        var received: [UInt8] = []
        while received.count <= Limits.commandAnswerBytes {
            switch UnixStream.receive(connection.raw, limitBytes: 256 * 1_024) {
            case .bytes(let bytes): received += bytes
            case .wouldBlock: return nil
            case .end: return Self.answer(received)
            }
        }
        return nil
    }

    /// Takes an answer of HTTP/1.1 apart. Nil: it is not whole, or its body is no JSON.
    static func answer(_ bytes: [UInt8]) -> (status: Int, body: JSONValue)? {
        guard let head = bytes.firstEnd(of: Array("\r\n\r\n".utf8)),
            bytes.starts(with: Array("HTTP/1.1 ".utf8)), head >= 13,
            let status = Int(String(decoding: bytes[9..<12], as: UTF8.self)),
            let body = JSONValue(parsing: Array(bytes[head...]))
        else { return nil }
        return (status, body)
    }
}

extension [UInt8] {
    /// The place after the first occurrence of `part`.
    fileprivate func firstEnd(of part: [UInt8]) -> Int? {
        guard count >= part.count else { return nil }
        return (0...count - part.count).first { self[$0...].starts(with: part) }
            .map { $0 + part.count }
    }
}

extension String {
    /// Without what a terminal would take for an order. Reasons may be long, so nothing is cut.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "?"
                    default: scalar
                    }
                }))
    }
}
