// Children: what they get, what they do not get, and how their end is told.

import CLinux
import Glibc
import Testing

@testable import LinuxIO

/// Waits until the process descriptor is readable, then reaps.
private func waitForEnd(_ child: borrowing SpawnedProcess) -> ProcessEnd? {
    var poll = pollfd(fd: child.raw, events: Int16(POLLIN), revents: 0)
    while Glibc.poll(&poll, 1, -1) < 0 {}
    return child.reap()
}

/// Runs a shell with the pipe's writing end as descriptor 3 and returns what it wrote there.
private func output(of script: String, variables: [String] = []) throws -> String {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    defer { close(ends[0]) }
    let child = try SpawnedProcess(
        path: "/bin/sh", arguments: ["-c", script], variables: variables, inherited: [ends[1]],
        blockedSignals: [])
    close(ends[1])
    var text: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = read(ends[0], &block, block.count)
        if count <= 0 { break }
        text += block.prefix(count)
    }
    #expect(waitForEnd(child) == .exited(code: 0))
    return String(decoding: text, as: UTF8.self)
}

@Suite("A spawned process", .timeLimit(.minutes(1)))
struct SpawnedProcessTests {
    @Test("gets its arguments as they are")
    func arguments() throws {
        let text = try output(of: "printf '%s|' \"$0\" \"$1\" >&3")
        #expect(text == "/bin/sh||")
    }

    @Test("has our environment, with what is added to it or replaced for this child only")
    func environment() throws {
        let path = try #require(getenv("PATH").map { String(cString: $0) })
        let variables = ["WEIR_TEST_A=1=2", "PATH=/bin:/usr/bin", "WEIR_TEST_EMPTY="]
        let script =
            #"echo "$WEIR_TEST_A|$PATH|${WEIR_TEST_EMPTY-none}|$(env | grep -c ^PATH=)" >&3"#
        #expect(try output(of: script, variables: variables) == "1=2|/bin:/usr/bin||1\n")
        #expect(getenv("WEIR_TEST_A") == nil)
        #expect(try output(of: #"echo "${WEIR_TEST_A-none}|$PATH" >&3"#) == "none|\(path)\n")
    }

    @Test("has the inherited descriptor and no other, close-on-exec or not")
    func descriptors() throws {
        // One that would leak if only close-on-exec protected it.
        let leaky = open("/dev/null", O_RDONLY)
        defer { close(leaky) }
        let text = try output(of: "ls -l /proc/$$/fd >&3")
        #expect(text.contains(" 0 -> /dev/null"))
        #expect(text.contains(" 3 -> pipe:"))
        #expect(!text.contains(" 4 -> "))
        #expect(!text.contains(" \(leaky) -> /dev/null") || leaky < 3)
    }

    @Test("keeps the order of descriptors whose numbers overlap with where they go")
    func overlap() throws {
        // The pipe's ends are low numbers themselves; reversed, each is the other's target.
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let child = try SpawnedProcess(
            path: "/bin/sh", arguments: ["-c", "echo hello >&3"],
            inherited: [ends[1], ends[0]], blockedSignals: [])
        close(ends[1])
        #expect(waitForEnd(child) == .exited(code: 0))
        var block = [UInt8](repeating: 0, count: 16)
        let count = read(ends[0], &block, block.count)
        #expect(String(decoding: block.prefix(max(0, count)), as: UTF8.self) == "hello\n")
    }

    @Test("starts with exactly the signals blocked that are asked for")
    func signals() throws {
        // The child runs its program by the time we know its process ID. Not a shell: some unblock.
        let child = try SpawnedProcess(
            path: "/bin/sleep", arguments: ["1000"], inherited: [],
            blockedSignals: [SIGINT, SIGTERM])
        let file = Descriptor(owning: open("/proc/\(child.processID)/status", O_RDONLY))
        let status = try MemoryFile.contents(of: file, limitBytes: 16 * 1024)
        #expect(String(decoding: status, as: UTF8.self).contains("SigBlk:\t0000000000004002\n"))
        child.signal(SIGKILL)
        #expect(waitForEnd(child) == .killed(signal: SIGKILL))
    }

    @Test("tells its exit code")
    func exitCode() throws {
        let child = try SpawnedProcess(
            path: "/bin/sh", arguments: ["-c", "exit 7"], inherited: [], blockedSignals: [])
        #expect(waitForEnd(child) == .exited(code: 7))
    }

    @Test("tells the signal that ended it")
    func killed() throws {
        let child = try SpawnedProcess(
            path: "/bin/sleep", arguments: ["1000"], inherited: [], blockedSignals: [])
        #expect(child.reap() == nil)
        child.signal(SIGKILL)
        #expect(waitForEnd(child) == .killed(signal: SIGKILL))
        child.signal(SIGKILL)
    }

    @Test("that does not exist is an error at once")
    func missing() {
        #expect(throws: SystemError(code: ENOENT, call: "posix_spawn")) {
            _ = try SpawnedProcess(
                path: "/nonexistent/program", arguments: [], inherited: [], blockedSignals: [])
        }
    }
}
