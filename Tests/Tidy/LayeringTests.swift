// Who may import whom. The folder of a file decides: what is not listed here is not allowed.

import Testing

/// What the files of one folder may import, beside Swift itself. From the top of the house to its bottom:
/// a room imports only rooms that stand below it here.
private let allowed: [(folder: String, imports: Set<String>)] = [
    (
        "Sources/Supervisor",
        [
            "Glibc", "ArgumentParser", "Logging", "LinuxIO", "ControlChannel", "Pictures",
            "Settings", "Telemetry", "Text",
        ]
    ),
    (
        "Sources/Worker/Main",
        [
            "Glibc", "Logging", "LinuxIO", "ControlChannel", "Pictures", "Settings",
            "StreamState", "Telemetry", "HTTP", "Web", "Accounts", "Credentials", "History",
            "Streams",
            "Directory", "Ingest", "Delivery", "Events", "AccountRoutes", "ChannelRoutes",
            "PageRoutes", "Operations", "UserCommand",
        ]
    ),
    (
        "Sources/UserCommand",
        [
            "Glibc", "Accounts", "ControlChannel", "LinuxIO", "Settings", "StreamState", "Text",
        ]
    ),

    // What is asked for over HTTP. None of these knows another.
    (
        "Sources/Worker/Ingest",
        [
            "Logging", "Accounts", "Channel", "Credentials", "HTTP", "LinuxIO", "Media",
            "Pictures", "SegmentRing", "Settings", "StreamState", "Streams", "Telemetry", "Text",
        ]
    ),
    (
        "Sources/Worker/Delivery",
        [
            "Compression", "Credentials", "HTTP", "Media", "SegmentRing", "Settings",
            "StreamState", "Streams", "Text",
        ]
    ),
    (
        "Sources/Worker/Events",
        ["Channel", "HTTP", "LinuxIO", "Settings", "StreamState", "Streams", "Telemetry", "Text"]
    ),
    (
        "Sources/Worker/AccountRoutes",
        [
            "Logging", "Accounts", "Channel", "Credentials", "HTTP", "LinuxIO", "Pictures",
            "Settings", "StreamState", "Telemetry", "Text", "Web",
        ]
    ),
    (
        "Sources/Worker/ChannelRoutes",
        [
            "Accounts", "Channel", "Credentials", "Directory", "HTTP", "QRCode", "Settings",
            "StreamState", "Streams", "Text", "Web",
        ]
    ),
    (
        "Sources/Worker/PageRoutes",
        [
            "Channel", "Credentials", "Directory", "HTTP", "LinuxIO", "Settings", "StreamState",
            "Streams", "Web",
        ]
    ),
    (
        "Sources/Worker/Operations",
        [
            "Credentials", "HTTP", "LinuxIO", "Settings", "StreamState", "Streams", "Telemetry",
            "Text",
        ]
    ),

    // What several of those need.
    (
        "Sources/Worker/Streams",
        [
            "Glibc", "Logging", "Channel", "HTTP", "LinuxIO", "Media", "Pictures", "SegmentRing",
            "Settings", "StreamState", "Telemetry", "Text",
        ]
    ),
    (
        "Sources/Worker/History",
        [
            "Logging", "Accounts", "Credentials", "LinuxIO", "SegmentRing", "Settings",
            "StreamState", "Telemetry", "Text",
        ]
    ),
    (
        "Sources/Worker/Directory",
        [
            "Accounts", "Channel", "Credentials", "HTTP", "LinuxIO", "Settings", "StreamState",
        ]
    ),
    (
        "Sources/Worker/Credentials",
        [
            "Logging", "Accounts", "HTTP", "LinuxIO", "Settings", "StreamState", "Telemetry",
            "Text",
        ]
    ),
    (
        "Sources/Worker/Accounts",
        [
            "CArgon2", "CMongo", "Channel", "COpenSSL", "CSQLite", "Glibc", "LinuxIO", "Pictures",
            "Settings", "StreamState", "Synchronization", "Text",
        ]
    ),
    ("Sources/Worker/Channel", ["Settings", "Text"]),
    ("Sources/Worker/Web", ["CWebFiles", "Compression", "Glibc", "Text"]),

    // Protocols and formats.
    (
        "Sources/Worker/HTTP",
        [
            "CLinux", "Glibc", "COpenSSL", "CNghttp2", "LinuxIO", "Settings", "Synchronization",
            "Text",
        ]
    ),
    ("Sources/Worker/QRCode", ["CQRencode"]),
    ("Sources/Worker/Compression", ["CZlib"]),
    ("Sources/Worker/Media", ["CZlib", "Text"]),
    ("Sources/Shared/StreamState", ["SegmentRing", "Settings"]),
    ("Sources/Shared/SegmentRing", ["CLinux", "Glibc", "LinuxIO", "Synchronization"]),
    ("Sources/Shared/ControlChannel", []),
    (
        "Sources/Shared/Telemetry",
        ["CLinux", "Glibc", "LinuxIO", "Logging", "Settings", "Synchronization", "Text"]
    ),
    ("Sources/Shared/Settings", ["CToml", "Glibc"]),
    ("Sources/Shared/Text", []),
    ("Sources/Shared/Pictures", []),
    ("Sources/Shared/LinuxIO", ["CLinux", "Glibc", "Synchronization"]),
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

    @Test("a room stands above those that it imports")
    func oneWay() {
        let modules = allowed.map { room in
            room.folder == "Sources/Worker/Main"
                ? "Worker" : String(room.folder.split(separator: "/").last ?? "")
        }
        for (index, room) in allowed.enumerated() {
            #expect(room.imports.isDisjoint(with: modules[...index]), "\(room.folder)")
        }
    }

    @Test("every folder that is to be a target is a room")
    func targets() throws {
        for group in ["Sources/Shared", "Sources/Worker"] {
            for folder in SourceTree.folders(in: group) where !folder.hasPrefix("C") {
                #expect(allowed.contains { $0.folder == "\(group)/\(folder)" }, "\(folder)")
            }
        }
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
