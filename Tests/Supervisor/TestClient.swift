// A TCP client of the fake worker.

import Glibc
import LinuxIO
import Testing

/// What a fake worker says first: who it is, and through which listener the client came.
struct Greeting: Equatable {
    let slot: Int
    let processID: Int32
    let listener: Int
}

final class TestClient {
    private let descriptor: Descriptor
    private var buffer: [UInt8] = []
    private(set) var greeting = Greeting(slot: -1, processID: -1, listener: -1)

    /// Connects to 127.0.0.1 and waits for the greeting. Nil: the connection was closed before, because
    /// its worker died with it.
    /// - Parameter source: the address to come from.
    /// - Parameter awaitsGreeting: false: the connection is made, and the greeting not read.
    init?(port: UInt16, from source: UInt32 = 0x7F00_0001, awaitsGreeting: Bool = true) {
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        descriptor = Descriptor(owning: raw)
        guard
            Self.with(source, 0, { bind(raw, $0, $1) }) == 0,
            Self.with(0x7F00_0001, port, { connect(raw, $0, $1) }) == 0
        else { return nil }
        guard awaitsGreeting else { return }
        guard let line = readLine() else { return nil }
        let fields = line.split(separator: " ").compactMap { Int($0) }
        guard fields.count == 3 else { return nil }
        greeting = Greeting(
            slot: fields[0], processID: Int32(fields[1]), listener: fields[2])
    }

    private static func with(
        _ host: UInt32, _ port: UInt16, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    func say(_ command: String) {
        let bytes = Array((command + "\n").utf8)
        _ = send(descriptor.raw, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    func ask(_ command: String) -> String? {
        say(command)
        return readLine()
    }

    /// The next line; nil when the connection ends first.
    func readLine() -> String? {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeSubrange(...end)
                return line
            }
            var block = [UInt8](repeating: 0, count: 1024)
            let count = recv(descriptor.raw, &block, block.count, 0)
            if count <= 0 { return nil }
            buffer += block.prefix(count)
        }
    }
}
