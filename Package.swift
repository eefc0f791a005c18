// swift-tools-version: 6.3
//
// One package, two executables. The folder of a target says which process it runs in:
// Sources/Supervisor, Sources/Worker or both (Sources/Shared); every folder directly under the last
// two is a target. A target lists every module that its files import, and Tests/Tidy holds the two
// to each other. The arrows go one way, from the top to the bottom of what is written here.

import PackageDescription

/// Warnings are errors, and every unsafe construct is spelled out with `unsafe`.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
]

let package = Package(
    name: "weir",
    products: [
        .executable(name: "weir", targets: ["Supervisor"]),
        .executable(name: "weir-worker", targets: ["Worker"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // MARK: Executables

        .executableTarget(
            name: "Supervisor",
            dependencies: [
                "LinuxIO", "ControlChannel", "Pictures", "Settings", "Telemetry", "Text",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Supervisor",
            swiftSettings: strict),
        .executableTarget(
            name: "Worker",
            dependencies: [
                "LinuxIO", "ControlChannel", "Pictures", "Settings", "StreamState", "Telemetry",
                "HTTP", "Web", "Accounts", "Credentials", "History", "Streams",
                "Directory", "Ingest", "Delivery", "Events", "AccountRoutes", "ChannelRoutes",
                "PageRoutes", "Operations", "UserCommand",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Worker/Main",
            swiftSettings: strict),
        // `weir user`, which the supervisor's executable hands to the worker's.
        .target(
            name: "UserCommand",
            dependencies: [
                "Accounts", "ControlChannel", "LinuxIO", "Settings", "StreamState", "Text",
            ],
            path: "Sources/UserCommand",
            swiftSettings: strict),

        // MARK: Worker: what is asked for over HTTP

        .target(
            name: "Ingest",
            dependencies: [
                "Accounts", "Channel", "Credentials", "HTTP", "LinuxIO", "Media", "Pictures",
                "SegmentRing", "Settings", "StreamState", "Streams", "Telemetry", "Text",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Worker/Ingest",
            swiftSettings: strict),
        .target(
            name: "Delivery",
            dependencies: [
                "Compression", "Credentials", "HTTP", "Media", "SegmentRing", "Settings",
                "StreamState", "Streams", "Text",
            ],
            path: "Sources/Worker/Delivery",
            swiftSettings: strict),
        .target(
            name: "Events",
            dependencies: [
                "Channel", "HTTP", "LinuxIO", "Settings", "StreamState", "Streams", "Telemetry",
                "Text",
            ],
            path: "Sources/Worker/Events",
            swiftSettings: strict),
        .target(
            name: "AccountRoutes",
            dependencies: [
                "Accounts", "Channel", "Credentials", "HTTP", "LinuxIO", "Pictures", "Settings",
                "StreamState", "Telemetry", "Text", "Web",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Worker/AccountRoutes",
            swiftSettings: strict),
        .target(
            name: "ChannelRoutes",
            dependencies: [
                "Accounts", "Channel", "Credentials", "Directory", "HTTP", "QRCode", "Settings",
                "StreamState", "Streams", "Text", "Web",
            ],
            path: "Sources/Worker/ChannelRoutes",
            swiftSettings: strict),
        .target(
            name: "PageRoutes",
            dependencies: [
                "Channel", "Credentials", "Directory", "HTTP", "LinuxIO", "Settings", "StreamState",
                "Streams",
                "Web",
            ],
            path: "Sources/Worker/PageRoutes",
            swiftSettings: strict),
        .target(
            name: "Operations",
            dependencies: [
                "Credentials", "HTTP", "LinuxIO", "Settings", "StreamState", "Streams",
                "Telemetry", "Text",
            ],
            path: "Sources/Worker/Operations",
            swiftSettings: strict),

        // MARK: Worker: what several of those need

        .target(
            name: "Streams",
            dependencies: [
                "Channel", "HTTP", "LinuxIO", "Media", "Pictures", "SegmentRing", "Settings",
                "StreamState", "Telemetry", "Text", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Worker/Streams",
            swiftSettings: strict),
        .target(
            name: "History",
            dependencies: [
                "Accounts", "Credentials", "LinuxIO", "SegmentRing", "Settings", "StreamState",
                "Telemetry", "Text",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Worker/History",
            swiftSettings: strict),
        .target(
            name: "Directory",
            dependencies: [
                "Accounts", "Channel", "Credentials", "HTTP", "LinuxIO", "Settings",
                "StreamState",
            ],
            path: "Sources/Worker/Directory",
            swiftSettings: strict),
        .target(
            name: "Credentials",
            dependencies: [
                "Accounts", "HTTP", "LinuxIO", "Settings", "StreamState", "Telemetry", "Text",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Worker/Credentials",
            swiftSettings: strict),

        .systemLibrary(
            name: "CSQLite", path: "Sources/Worker/Accounts/SQLite/CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(
            name: "CMongo", path: "Sources/Worker/Accounts/MongoDB/CMongo",
            pkgConfig: "libmongoc-1.0", providers: [.apt(["libmongoc-dev"])]),
        .systemLibrary(
            name: "CArgon2", path: "Sources/Worker/Accounts/Passwords/CArgon2",
            pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .target(
            name: "Accounts",
            dependencies: [
                "CSQLite", "CMongo", "CArgon2", "COpenSSL", "Channel", "LinuxIO", "Pictures",
                "Settings", "StreamState", "Text",
            ],
            path: "Sources/Worker/Accounts",
            exclude: ["SQLite/CSQLite", "MongoDB/CMongo", "Passwords/CArgon2"],
            swiftSettings: strict),
        .target(
            name: "Channel", dependencies: ["Settings", "Text"], path: "Sources/Worker/Channel",
            swiftSettings: strict),
        // Pages and their assets, embedded.
        .target(name: "CWebFiles", path: "Sources/Worker/Web/CWebFiles"),
        .target(
            name: "Web", dependencies: ["CWebFiles", "Compression", "Text"],
            path: "Sources/Worker/Web",
            exclude: ["CWebFiles", "Pages", "Assets", "Words"],
            swiftSettings: strict),

        // MARK: Worker: protocols and formats

        .systemLibrary(
            name: "CQRencode", path: "Sources/Worker/QRCode/CQRencode", pkgConfig: "libqrencode",
            providers: [.apt(["libqrencode-dev"])]),
        .target(
            name: "QRCode", dependencies: ["CQRencode"], path: "Sources/Worker/QRCode",
            exclude: ["CQRencode"], swiftSettings: strict),
        .systemLibrary(
            name: "COpenSSL", path: "Sources/Worker/HTTP/COpenSSL", pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CNghttp2", path: "Sources/Worker/HTTP/CNghttp2", pkgConfig: "libnghttp2",
            providers: [.apt(["libnghttp2-dev"])]),
        .target(
            name: "HTTP",
            dependencies: ["CLinux", "COpenSSL", "CNghttp2", "LinuxIO", "Settings", "Text"],
            path: "Sources/Worker/HTTP",
            exclude: ["COpenSSL", "CNghttp2"],
            swiftSettings: strict),
        .systemLibrary(
            name: "CZlib", path: "Sources/Worker/CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "Compression", dependencies: ["CZlib"], path: "Sources/Worker/Compression",
            swiftSettings: strict),
        .target(
            name: "Media", dependencies: ["CZlib", "Text"], path: "Sources/Worker/Media",
            swiftSettings: strict),

        // MARK: Shared

        .target(
            name: "SegmentRing", dependencies: ["CLinux", "LinuxIO"],
            path: "Sources/Shared/SegmentRing",
            swiftSettings: strict),
        .target(
            name: "StreamState", dependencies: ["SegmentRing", "Settings"],
            path: "Sources/Shared/StreamState",
            swiftSettings: strict),
        .target(
            name: "ControlChannel", dependencies: [], path: "Sources/Shared/ControlChannel",
            swiftSettings: strict),
        .target(
            name: "Telemetry",
            dependencies: [
                "CLinux", "LinuxIO", "Settings", "Text",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Shared/Telemetry",
            swiftSettings: strict),
        .target(name: "CToml", path: "Sources/Shared/Settings/CToml"),
        .target(
            name: "Settings", dependencies: ["CToml"], path: "Sources/Shared/Settings",
            exclude: ["CToml"],
            swiftSettings: strict),
        .target(
            name: "Text", dependencies: [], path: "Sources/Shared/Text", swiftSettings: strict),
        .target(name: "Pictures", path: "Sources/Shared/Pictures", swiftSettings: strict),
        .target(
            name: "LinuxIO", dependencies: ["CLinux"], path: "Sources/Shared/LinuxIO",
            swiftSettings: strict),
        .target(name: "CLinux", path: "Sources/Shared/CLinux"),

        // MARK: Tests

        .testTarget(
            name: "LinuxIOTests", dependencies: ["LinuxIO", "CLinux"], path: "Tests/LinuxIO"),
        .testTarget(
            name: "SupervisorTests",
            dependencies: [
                "Supervisor", "FakeWorker", "LinuxIO", "ControlChannel", "Settings",
            ],
            path: "Tests/Supervisor", exclude: ["FakeWorker"]),
        .executableTarget(
            name: "FakeWorker", dependencies: ["LinuxIO", "ControlChannel", "Telemetry"],
            path: "Tests/Supervisor/FakeWorker"),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["Supervisor", "ControlChannel", "Settings", "Text"],
            path: "Tests/CommandLine"),
        .testTarget(
            name: "ControlChannelTests", dependencies: ["ControlChannel"],
            path: "Tests/ControlChannel"),
        .testTarget(
            name: "SegmentRingTests",
            dependencies: ["SegmentRing", "LinuxIO", "CStepper", "ring-torture"],
            path: "Tests/SegmentRing", exclude: ["Torture", "Stepper"]),
        // A writer to be killed by SegmentRingTests.
        .executableTarget(
            name: "ring-torture", dependencies: ["SegmentRing", "CStepper"],
            path: "Tests/SegmentRing/Torture"),
        .target(name: "CStepper", path: "Tests/SegmentRing/Stepper"),
        .testTarget(
            name: "StreamStateTests", dependencies: ["StreamState", "LinuxIO", "SegmentRing"],
            path: "Tests/StreamState"),
        .testTarget(name: "SettingsTests", dependencies: ["Settings"], path: "Tests/Settings"),
        .testTarget(
            name: "TelemetryTests",
            dependencies: [
                "Telemetry", "LinuxIO", "Settings",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Telemetry"),
        .testTarget(name: "TextTests", dependencies: ["Text"], path: "Tests/Text"),
        .testTarget(
            name: "MediaTests", dependencies: ["Media", "CZlib"], path: "Tests/Media",
            exclude: ["Recordings"]),
        .testTarget(
            name: "HTTPTests",
            dependencies: ["HTTP", "CNghttp2", "LinuxIO", "Settings", "Text", "FakeExchange"],
            path: "Tests/HTTP", exclude: ["Clients", "FakeExchange"]),
        // An exchange without a connection, for the tests of routes.
        .target(name: "FakeExchange", dependencies: ["HTTP"], path: "Tests/HTTP/FakeExchange"),
        .executableTarget(
            name: "HTTPThroughput", dependencies: ["HTTP", "LinuxIO"],
            path: "Tests/Benchmarks/HTTPThroughput", swiftSettings: strict),
        .executableTarget(
            name: "IngestCost", dependencies: ["Media"], path: "Tests/Benchmarks/IngestCost",
            swiftSettings: strict),
        .executableTarget(
            name: "IndexCost", dependencies: ["Delivery", "Media", "SegmentRing"],
            path: "Tests/Benchmarks/IndexCost", swiftSettings: strict),
        .testTarget(
            name: "ChannelTests", dependencies: ["Channel", "Settings", "Text"],
            path: "Tests/Channel"),
        .testTarget(
            name: "ChannelRoutesTests",
            dependencies: ["ChannelRoutes", "HTTP", "QRCode"],
            path: "Tests/ChannelRoutes"),
        .testTarget(
            name: "PicturesTests", dependencies: ["Pictures"], path: "Tests/Pictures"),
        .testTarget(name: "WebTests", dependencies: ["Text", "Web"], path: "Tests/Web"),
        .testTarget(
            name: "AccountsTests",
            dependencies: [
                "Accounts", "Channel", "LinuxIO", "Settings", "StreamState", "Text",
                "store-torture",
            ],
            path: "Tests/Accounts", exclude: ["Torture"]),
        // Somebody to be killed by AccountsTests.
        .executableTarget(
            name: "store-torture", dependencies: ["Accounts", "StreamState"],
            path: "Tests/Accounts/Torture"),
        .testTarget(
            name: "UserCommandTests",
            dependencies: ["UserCommand", "Accounts", "LinuxIO", "Settings", "StreamState"],
            path: "Tests/UserCommand"),
        .testTarget(
            name: "CredentialsTests",
            dependencies: [
                "Credentials", "Accounts", "HTTP", "LinuxIO", "Settings", "StreamState",
                "Telemetry", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Credentials"),
        .testTarget(
            name: "HistoryTests",
            dependencies: [
                "History", "Accounts", "Credentials", "LinuxIO", "SegmentRing", "StreamBench",
                "StreamState",
            ],
            path: "Tests/History"),
        // A worker's streams in a directory of their own, for tests.
        .target(
            name: "StreamBench",
            dependencies: [
                "LinuxIO", "Media", "SegmentRing", "Settings", "StreamState", "Streams",
                "Telemetry", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/StreamBench"),
        .testTarget(
            name: "StreamsTests",
            dependencies: [
                "Streams", "StreamBench", "Channel", "LinuxIO", "Media", "SegmentRing", "Settings",
                "StreamState",
                "Telemetry", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Streams"),
        .testTarget(
            name: "IngestTests",
            dependencies: [
                "Ingest", "StreamBench", "Accounts", "FakeExchange", "HTTP", "LinuxIO", "Media",
                "SegmentRing", "Settings", "StreamState", "Streams",
            ],
            path: "Tests/Ingest"),
        .testTarget(
            name: "DeliveryTests",
            dependencies: [
                "Delivery", "Accounts", "Credentials", "FakeExchange", "HTTP", "LinuxIO", "Media",
                "SegmentRing", "Settings", "StreamBench", "StreamState", "Streams",
            ],
            path: "Tests/Delivery"),
        .testTarget(
            name: "EventsTests",
            dependencies: [
                "Channel", "Events", "FakeExchange", "HTTP", "LinuxIO", "SegmentRing",
                "StreamBench", "StreamState", "Streams", "Text",
            ],
            path: "Tests/Events"),
        .testTarget(
            name: "AccountRoutesTests",
            dependencies: [
                "AccountRoutes", "Accounts", "Credentials", "FakeExchange", "HTTP", "LinuxIO",
                "Pictures", "StreamState", "Telemetry", "Web",
            ],
            path: "Tests/AccountRoutes"),
        .testTarget(
            name: "OperationsTests",
            dependencies: [
                "Operations", "Accounts", "Credentials", "FakeExchange", "HTTP", "SegmentRing",
                "StreamBench", "StreamState", "Streams", "Telemetry", "Text",
            ],
            path: "Tests/Operations"),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Worker", "ControlChannel", "Delivery", "FakeExchange", "HTTP", "History", "Ingest",
                "LinuxIO",
                "SegmentRing", "StreamBench", "StreamState", "Streams",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Worker"),
        .testTarget(name: "TidyTests", dependencies: [], path: "Tests/Tidy"),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// Fuzz targets need the compiler's fuzzer, which brings its own driver; so they exist only on demand:
// WEIR_FUZZ=1 swift build --scratch-path .build-fuzz --product FuzzRing
if Context.environment["WEIR_FUZZ"] != nil {
    let instrumented: SwiftSetting = .unsafeFlags(["-sanitize=fuzzer"])
    /// Folders of Tests/Fuzz, the modules that each one tests, and what else lies in it.
    let fuzzed: [(folder: String, modules: [String], others: [String])] = [
        ("BSON", ["Accounts"], []),
        ("Codecs", ["Media"], []),
        ("ControlChannel", ["ControlChannel"], []),
        ("Credentials", ["Accounts", "HTTP", "StreamState", "Text"], ["credentials.dict"]),
        ("Forms", ["HTTP", "Text"], ["forms.dict"]),
        ("HTTP1", ["HTTP"], ["http1.dict"]),
        ("HTTP2Headers", ["HTTP", "LinuxIO"], ["headers.dict"]),
        ("OEmbed", ["ChannelRoutes", "HTTP", "Web"], ["oembed.dict"]),
        ("Pictures", ["Pictures"], ["make_corpus.py", "pictures.dict"]),
        ("Playlists", ["Media"], ["playlists.dict"]),
        ("Proxies", ["HTTP", "LinuxIO", "Settings"], ["proxies.dict"]),
        ("Publishing", ["Ingest"], ["publishing.dict"]),
        ("Requests", ["HTTP"], ["requests.dict"]),
        (
            "Ring", ["SegmentRing", "Streams", "Ingest", "Delivery", "Media", "StreamState"], []
        ),
        ("Stills", ["Media", "Streams"], []),
        ("WebM", ["Media"], ["make_corpus.py", "webm.dict"]),
    ]
    let modules = Set(fuzzed.flatMap(\.modules))
    for target in package.targets where modules.contains(target.name) {
        target.swiftSettings = (target.swiftSettings ?? []) + [instrumented]
    }
    package.targets.append(.target(name: "FuzzDriver", path: "Tests/FuzzDriver"))
    for (folder, modules, others) in fuzzed {
        package.targets.append(
            .executableTarget(
                name: "Fuzz\(folder)",
                dependencies: ["FuzzDriver"] + modules.map { .byName(name: $0) },
                path: "Tests/Fuzz/\(folder)", exclude: ["Corpus"] + others,
                swiftSettings: [instrumented, .unsafeFlags(["-parse-as-library"])],
                linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]))
    }
}
