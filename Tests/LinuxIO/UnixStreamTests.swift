// Unix stream sockets by path, and what /proc says of a process.

import Glibc
import Testing

@testable import LinuxIO

@Suite(.timeLimit(.minutes(1))) struct UnixStreamTests {
    /// A folder whose name is longer than the address of a socket.
    private final class Folder {
        let path: String

        init(depth: Int) {
            var template = Array("/tmp/weir-unix-XXXXXX".utf8CString)
            var path = String(cString: mkdtemp(&template))
            root = path
            for _ in 0..<depth {
                path += "/" + String(repeating: "d", count: 60)
                mkdir(path, 0o700)
            }
            self.path = path
        }

        private let root: String

        deinit { try? FileSystem.removeTree(root) }
    }

    private func fault(_ body: () throws(SystemError) -> Void) -> Int32? {
        do throws(SystemError) {
            try body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test("bytes go both ways, however long the path is", arguments: [0, 4])
    func talk(depth: Int) throws {
        let folder = Folder(depth: depth)
        let listener = try UnixListener(path: folder.path + "/control", backlog: 4)
        let client = try UnixStream.connect(to: folder.path + "/control", timeoutMs: 1_000)
        guard let server = try listener.accept() else {
            Issue.record("nobody has connected")
            return
        }
        #expect(UnixStream.peerUser(of: server.raw) == geteuid())
        #expect(UnixStream.receive(server.raw, limitBytes: 10) == .wouldBlock)
        #expect(try UnixStream.send([1, 2, 3], to: client.raw) == 3)
        #expect(UnixStream.receive(server.raw, limitBytes: 1, isPeek: true) == .bytes([1]))
        #expect(UnixStream.receive(server.raw, limitBytes: 10) == .bytes([1, 2, 3]))
        #expect(try UnixStream.send([4], to: server.raw) == 1)
        #expect(UnixStream.receive(client.raw, limitBytes: 10) == .bytes([4]))
        shutdown(client.raw, Int32(SHUT_WR))
        #expect(UnixStream.receive(server.raw, limitBytes: 10) == .end)
    }

    @Test("only its owner may use a socket, from the beginning on")
    func mode() throws {
        let folder = Folder(depth: 0)
        let listener = try UnixListener(path: folder.path + "/control", backlog: 4)
        var status = stat()
        #expect(stat(folder.path + "/control", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        _ = consume listener
    }

    @Test("a socket that nobody listens on is replaced, and nothing else is")
    func stale() throws {
        let folder = Folder(depth: 0)
        let path = folder.path + "/control"
        do { _ = try UnixListener(path: path, backlog: 4) }
        #expect(
            fault { () throws(SystemError) in _ = try UnixStream.connect(to: path, timeoutMs: 1_000)
            } == ECONNREFUSED)
        let listener = try UnixListener(path: path, backlog: 4)
        #expect(
            fault { () throws(SystemError) in _ = try UnixListener(path: path, backlog: 4) }
                == EADDRINUSE)
        _ = consume listener
        try FileSystem.removeFile(path)
        #expect(
            fault { () throws(SystemError) in _ = try UnixStream.connect(to: path, timeoutMs: 1_000)
            } == ENOENT)
        try FileSystem.write([1], to: path, through: path + ".new")
        #expect(
            fault { () throws(SystemError) in _ = try UnixListener(path: path, backlog: 4) }
                == EEXIST)
        #expect(try FileSystem.contents(of: path, limitBytes: 10) == [1])
    }

    @Test(
        "paths that cannot be are refused",
        arguments: [
            ("/nowhere/at/all/control", ENOENT), ("/dev/null/control", ENOTDIR),
            ("/tmp/", ENAMETOOLONG),
        ])
    func impossible(path: String, code: Int32) {
        #expect(
            fault { () throws(SystemError) in _ = try UnixListener(path: path, backlog: 4) } == code
        )
    }

    @Test("what this process uses is known, and of one that is not there, nothing is")
    func usage() throws {
        let usage = try #require(ProcessUsage(of: getpid()))
        #expect(usage.memoryBytes > 0)
        #expect(ProcessUsage(of: 0) == nil)
        #expect(ProcessUsage(of: .max) == nil)
    }

    @Test("a program's name does not disturb what stands behind it")
    func name() {
        let stat = "7 (a) 9 (b) S 1 7 7 0 -1 4194304 1 2 3 4 150 25 0 0 20 0"
        let status = "Name:\tx\nVmRSS:\t  999 kB\nRssAnon:\t    12 kB\n"
        let usage = ProcessUsage(stat: stat, status: status)
        #expect(usage?.processorMs == 1_750)
        #expect(usage?.memoryBytes == 12 * 1_024)
        #expect(ProcessUsage(stat: "7 (x", status: status) == nil)
        #expect(ProcessUsage(stat: stat, status: "") == nil)
    }
}
