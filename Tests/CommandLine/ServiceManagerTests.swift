// What the sockets are for that a service manager passes.

import ControlChannel
import Testing

@testable import Supervisor

struct ServiceManagerTests {
    @Test(
        "a socket is known by its name",
        arguments: [
            (nil, [ListenerKind.https, .https]), ("https:https", [.https, .https]),
            ("https:http", [.https, .redirect]), ("http:http", [.redirect, .redirect]),
            ("weir.socket:weir.socket", [.https, .https]), ("unknown:", [.https, .https]),
            // Of a service manager that says it wrongly.
            ("http", [.https, .https]), ("http:http:http", [.https, .https]),
        ] as [(String?, [ListenerKind])])
    func kinds(names: String?, kinds: [ListenerKind]) throws {
        let sockets = try ServiceManager.passedSockets(count: 2, names: names)
        #expect(sockets.map(\.raw) == [3, 4])
        #expect(sockets.map(\.kind) == kinds)
    }

    @Test(
        "a socket with a name of its own is refused in one line", arguments: ["admin", "HTTP", "x"])
    func unknown(name: String) {
        let error = #expect(throws: StartError.self) {
            try ServiceManager.passedSockets(count: 2, names: "https:\(name)")
        }
        #expect(error?.message.contains("\"\(name)\"") == true)
        #expect(error?.message.contains("FileDescriptorName=https") == true)
    }

    @Test("a kernel with other pages is refused in one line")
    func pages() throws {
        try MachineCheck.check()
        let error = #expect(throws: StartError.self) {
            try MachineCheck.check(pageBytes: 65_536)
        }
        #expect(error?.message.contains("65536") == true)
    }
}
