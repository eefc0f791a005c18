// Who may import whom. The folder of a file decides: what is not listed here is not allowed.

import Testing

/// What the files of one folder may import, beside Swift itself.
private let allowed: [(folder: String, imports: Set<String>)] = [
    (
        "Sources/Supervisor",
        [
            "Glibc", "ArgumentParser", "Logging", "LinuxIO", "ControlChannel", "Settings",
            "Telemetry",
        ]
    ),
    (
        "Sources/Worker/Main",
        [
            "Glibc", "Logging", "LinuxIO", "ControlChannel", "SegmentRing", "Settings",
            "Telemetry", "HTTP", "Media", "Web", "Accounts",
        ]
    ),
    (
        "Sources/Worker/HTTP",
        ["CLinux", "Glibc", "COpenSSL", "CNghttp2", "LinuxIO", "Settings", "Synchronization"]
    ),
    (
        "Sources/Worker/Accounts",
        [
            "CArgon2", "CMongo", "COpenSSL", "CSQLite", "Glibc", "LinuxIO", "Settings",
            "Synchronization",
        ]
    ),
    ("Sources/Worker/Media", ["CZlib"]),
    ("Sources/Worker/Web", ["CWebFiles", "CZlib"]),
    ("Sources/Shared/LinuxIO", ["CLinux", "Glibc", "Synchronization"]),
    ("Sources/Shared/ControlChannel", []),
    ("Sources/Shared/SegmentRing", ["CLinux", "Glibc", "LinuxIO", "Synchronization"]),
    ("Sources/Shared/Settings", ["CToml", "Glibc"]),
    (
        "Sources/Shared/Telemetry",
        ["CLinux", "Glibc", "LinuxIO", "Logging", "Settings", "Synchronization"]
    ),
]

struct LayeringTests {
    @Test("the source tree was found")
    func found() {
        #expect(SourceTree.sources.count > 20)
    }

    @Test("a file imports only what its room allows", arguments: SourceTree.sources)
    func layering(file: SourceFile) throws {
        let room = try #require(
            allowed.first { file.path.hasPrefix($0.folder + "/") },
            "\(file.path) is in no known room: add its folder here, with what it may import")
        #expect(file.imports.subtracting(room.imports).subtracting(file.jsonImports) == [])
    }

    @Test("no file imports Foundation", arguments: SourceTree.sources)
    func foundation(file: SourceFile) {
        let imports = file.imports.filter { $0.hasPrefix("Foundation") }
        #expect(imports.subtracting(file.jsonImports) == [])
    }

    @Test("supervisor and worker never import each other")
    func processes() {
        for file in SourceTree.sources {
            #expect(!file.imports.contains("Supervisor"))
            #expect(!file.imports.contains("Worker"))
        }
    }

    @Test(
        "imports are seen in every spelling",
        arguments: [
            ("import Foundation", "Foundation"), ("@testable import Settings", "Settings"),
            ("internal import Glibc", "Glibc"), ("import struct Foundation.URL", "Foundation"),
            ("@preconcurrency public import Logging", "Logging"),
        ])
    func imports(line: String, module: String) {
        #expect(SourceFile(path: "", lines: [line]).imports == [module])
    }
}

extension SourceFile {
    /// The one file that reads JSON may use the small half of Foundation for it.
    fileprivate var jsonImports: Set<String> {
        path == "Sources/Worker/HTTP/Forms/JSONFields.swift" ? ["FoundationEssentials"] : []
    }
}
