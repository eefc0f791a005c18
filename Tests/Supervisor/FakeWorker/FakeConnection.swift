// One connection of the fake worker: a greeting, then commands.

import Glibc
import LinuxIO

final class FakeConnection: EventHandler {
    let number: UInt64
    private let descriptor: Descriptor
    private unowned let worker: FakeWorker
    private var registration: Registration?

    init(_ descriptor: consuming Descriptor, number: UInt64, worker: FakeWorker) {
        self.number = number
        self.descriptor = descriptor
        self.worker = worker
        registration = try? worker.loop.add(self.descriptor.raw, interest: .readable, handler: self)
    }

    func greet(_ text: String) {
        let bytes = Array(text.utf8)
        _ = send(descriptor.raw, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    func handleReadiness(_ readiness: Readiness) {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = recv(descriptor.raw, &buffer, buffer.count, 0)
        guard count > 0 else {
            registration.map(worker.loop.remove)
            return worker.connectionHasEnded(self)
        }
        let text = String(decoding: buffer.prefix(count), as: UTF8.self)
        for command in text.split(separator: "\n") { obey(String(command)) }
    }

    private func obey(_ command: String) {
        switch command {
        case "crash": kill(getpid(), SIGKILL)
        case "exit": exit(3)
        case "hang": while true { pause() }
        case "malformed": _ = try? worker.control.send([1, 2, 3])
        case "lie": worker.say(.ended([number + 1_000]))
        case "repeat": worker.say(.ended([number, number]))
        case "descriptor":
            _ = try? worker.control.send([UInt8](repeating: 0, count: 176), passing: 0)
        case "deaf":
            worker.stopListening()
            close(worker.control.raw)
        case "silent":
            worker.fallSilent()
            greet("silent\n")
        case "answer":
            worker.answer()
            greet("answering\n")
        case "descriptors": greet(openDescriptors() + "\n")
        case "keys": greet(worker.keys + "\n")
        case let text where text.hasPrefix("client "):
            let address = text.dropFirst(7).split(separator: ".").compactMap { UInt8($0) }
            worker.say(.client(number: number, address: address))
        default: greet("what?\n")
        }
    }

    private func openDescriptors() -> String {
        (0..<128).filter { fcntl($0, F_GETFD) >= 0 }.map { "\($0)" }.joined(separator: ",")
    }
}
