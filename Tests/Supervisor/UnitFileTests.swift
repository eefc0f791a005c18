// The systemd units are correct as far as systemd itself can tell.

import Glibc
import LinuxIO
import Testing

@Suite("The systemd units")
struct UnitFileTests {
    private static let analyze = "/usr/bin/systemd-analyze"
    private static let units = {
        let tests = #filePath.prefix(#filePath.count - "Tests/Supervisor/UnitFileTests.swift".count)
        return "\(tests)deploy/systemd"
    }()

    @Test(
        "pass systemd-analyze verify without a word",
        .enabled(if: access(analyze, X_OK) == 0, "systemd-analyze is not installed"))
    func verify() throws {
        // The program is not installed where tests run; the units name a place where it will be.
        let folder = TestFolder()
        let script = """
            cp \(Self.units)/weir.socket \(folder.path)/
            sed 's#^ExecStart=/usr/bin/weir #ExecStart=/bin/true #' \(Self.units)/weir.service \
            >\(folder.path)/weir.service
            exec \(Self.analyze) verify --man=no \(folder.path)/weir.service \(folder.path)/weir.socket \
            >\(folder.path)/out 2>&1
            """
        let child = try SpawnedProcess(
            path: "/bin/sh", arguments: ["-c", script], inherited: [], blockedSignals: [])
        #expect(waitForEnd(child) == .exited(code: 0))
        #expect(folder.read("out") == "")
    }
}
