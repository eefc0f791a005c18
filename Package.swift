// swift-tools-version: 6.3
//
// One package, two executables. The folder of a target says which process it runs in:
// Sources/Supervisor, Sources/Worker or both (Sources/Shared). The layering that the dependency
// lists below express is checked from the import statements by Tests/Tidy.

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
                "LinuxIO", "ControlChannel", "Settings", "Telemetry",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Supervisor",
            swiftSettings: strict),
        .executableTarget(
            name: "Worker",
            dependencies: [
                "LinuxIO", "ControlChannel", "SegmentRing", "Settings", "Telemetry",
                "HTTP", "Media", "Web", "Accounts",
            ],
            path: "Sources/Worker/Main",
            swiftSettings: strict),

        // MARK: Worker

        .systemLibrary(
            name: "COpenSSL", path: "Sources/Worker/HTTP/COpenSSL", pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CNghttp2", path: "Sources/Worker/HTTP/CNghttp2", pkgConfig: "libnghttp2",
            providers: [.apt(["libnghttp2-dev"])]),
        .target(
            name: "HTTP",
            dependencies: ["COpenSSL", "CNghttp2", "LinuxIO", "Settings"],
            path: "Sources/Worker/HTTP",
            exclude: ["COpenSSL", "CNghttp2"],
            swiftSettings: strict),
        .systemLibrary(
            name: "CZlib", path: "Sources/Worker/CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "Media", dependencies: ["CZlib"], path: "Sources/Worker/Media",
            swiftSettings: strict),
        // Pages and their assets, embedded.
        .target(name: "CWebFiles", path: "Sources/Worker/Web/CWebFiles"),
        .target(
            name: "Web", dependencies: ["CWebFiles", "CZlib"], path: "Sources/Worker/Web",
            exclude: ["CWebFiles", "Pages", "Assets"],
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
            dependencies: ["CSQLite", "CMongo", "CArgon2", "COpenSSL", "LinuxIO", "Settings"],
            path: "Sources/Worker/Accounts",
            exclude: ["SQLite/CSQLite", "MongoDB/CMongo", "Passwords/CArgon2"],
            swiftSettings: strict),

        // MARK: Shared

        .target(name: "CLinux", path: "Sources/Shared/CLinux"),
        .target(
            name: "LinuxIO", dependencies: ["CLinux"], path: "Sources/Shared/LinuxIO",
            swiftSettings: strict),
        .target(
            name: "ControlChannel", dependencies: [], path: "Sources/Shared/ControlChannel",
            swiftSettings: strict),
        .target(
            name: "SegmentRing", dependencies: ["CLinux", "LinuxIO"],
            path: "Sources/Shared/SegmentRing",
            swiftSettings: strict),
        .target(name: "CToml", path: "Sources/Shared/Settings/CToml"),
        .target(
            name: "Settings", dependencies: ["CToml"], path: "Sources/Shared/Settings",
            exclude: ["CToml"],
            swiftSettings: strict),
        .target(
            name: "Telemetry",
            dependencies: [
                "CLinux", "LinuxIO", "Settings",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Shared/Telemetry",
            swiftSettings: strict),

        // MARK: Tests

        .testTarget(
            name: "LinuxIOTests", dependencies: ["LinuxIO", "CLinux"], path: "Tests/LinuxIO"),
        .testTarget(
            name: "SupervisorTests",
            dependencies: ["Supervisor", "FakeWorker", "LinuxIO", "ControlChannel"],
            path: "Tests/Supervisor", exclude: ["FakeWorker"]),
        .executableTarget(
            name: "FakeWorker", dependencies: ["LinuxIO", "ControlChannel", "Telemetry"],
            path: "Tests/Supervisor/FakeWorker"),
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
            name: "MediaTests", dependencies: ["Media", "CZlib"], path: "Tests/Media",
            exclude: ["Recordings"]),
        .testTarget(
            name: "CommandLineTests", dependencies: ["Supervisor", "Settings"],
            path: "Tests/CommandLine"),
        .testTarget(name: "SettingsTests", dependencies: ["Settings"], path: "Tests/Settings"),
        .testTarget(
            name: "TelemetryTests", dependencies: ["Telemetry", "LinuxIO"],
            path: "Tests/Telemetry"),
        .testTarget(
            name: "HTTPTests", dependencies: ["HTTP", "LinuxIO"], path: "Tests/HTTP",
            exclude: ["Clients"]),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Worker", "Accounts", "HTTP", "LinuxIO", "Media", "SegmentRing", "Settings",
                "Telemetry",
            ],
            path: "Tests/Worker"),
        .testTarget(
            name: "AccountsTests",
            dependencies: ["Accounts", "LinuxIO", "Settings", "store-torture"],
            path: "Tests/Accounts", exclude: ["Torture"]),
        // Somebody to be killed by AccountsTests.
        .executableTarget(
            name: "store-torture", dependencies: ["Accounts"], path: "Tests/Accounts/Torture"),
        .testTarget(name: "WebTests", dependencies: ["Web"], path: "Tests/Web"),
        .executableTarget(
            name: "HTTPThroughput", dependencies: ["HTTP", "LinuxIO"],
            path: "Tests/Benchmarks/HTTPThroughput", swiftSettings: strict),
        .testTarget(name: "TidyTests", dependencies: [], path: "Tests/Tidy"),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// Fuzz targets need the compiler's fuzzer, which brings its own driver; so they exist only on demand:
// WEIR_FUZZ=1 swift build --scratch-path .build-fuzz --product FuzzRing
if Context.environment["WEIR_FUZZ"] != nil {
    // What of the worker reads rings, as a module, because nothing can import an executable. A file
    // has one target only, so the worker itself is not there.
    package.products.removeAll { $0.name == "weir-worker" }
    package.targets.removeAll { ["Worker", "WorkerTests"].contains($0.name) }
    package.targets.append(
        .target(
            name: "RingReaders", dependencies: ["SegmentRing", "Media", "Settings"],
            path: "Sources/Worker/Main",
            sources: [
                "Live/RecentFigures.swift", "Live/RingTimeline.swift", "Live/StreamState.swift",
                "Publish/IngestPace.swift", "Publish/IngestState.swift", "Watch/LiveReader.swift",
            ],
            swiftSettings: strict))
    let instrumented: SwiftSetting = .unsafeFlags(["-sanitize=fuzzer"])
    /// Folders of Tests/Fuzz, the modules that each one tests, and what else lies in it.
    let fuzzed: [(folder: String, modules: [String], others: [String])] = [
        ("BSON", ["Accounts"], []),
        ("Codecs", ["Media"], []),
        ("ControlChannel", ["ControlChannel"], []),
        ("Credentials", ["Accounts", "HTTP"], ["credentials.dict"]),
        ("Forms", ["HTTP"], ["forms.dict"]),
        ("HTTP1", ["HTTP"], ["http1.dict"]),
        ("HTTP2Headers", ["HTTP", "LinuxIO"], ["headers.dict"]),
        ("Ring", ["SegmentRing", "RingReaders", "Media"], []),
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
