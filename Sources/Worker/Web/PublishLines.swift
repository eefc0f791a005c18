// What an owner pastes into an encoder to publish. The first page, the account page and the answer to
// POST /api/me/stream-key show these lines; README and docs have the one for ffmpeg as well, which a test
// keeps equal; tests run them as they are printed.
//
// Each is one line, and quoted with double quotes only, so that any shell of any system takes it.

package struct PublishLines: Sendable {
    private let url: String
    private let key: String?
    private let isLocal: Bool

    /// `origin` is what the browser calls this server: "https://host:port". `name` is a valid stream
    /// name, `key` its stream key; nil where none is needed.
    package init(origin: String, name: String, key: String?) {
        url = "\(origin)/\(name)/live"
        self.key = key
        isLocal = Self.localHosts.contains { host in
            origin == "https://\(host)" || origin.hasPrefix("https://\(host):")
        }
    }

    /// Sends a test picture with a tone. ffmpeg accepts any certificate unless told otherwise.
    package var ffmpeg: String {
        let credentials = key.map { "-headers \"Authorization: Bearer \($0)\" " } ?? ""
        return "\(Self.testPicture) -method PUT \(credentials)\(url)"
    }

    /// The same over HTTP/2, through curl.
    package var curl: String {
        let credentials = key.map { "-H \"Authorization: Bearer \($0)\" " } ?? ""
        return "\(Self.testPicture) - | curl \(trust)-sS -T - \(credentials)\(url)"
    }

    /// The address for "Custom Output (FFmpeg)", which knows no header fields.
    package var obs: String { key.map { "\(url)?key=\($0)" } ?? url }

    /// On one's own machine the certificate is usually one that the server has signed itself.
    private var trust: String { isLocal ? "-k " : "" }
    private static let localHosts = ["localhost", "127.0.0.1", "[::1]"]

    /// What was measured best of what these lines have been (docs/pages.md): a key frame a second, because
    /// viewers begin at one, and a cluster for each block, because ffmpeg keeps a cluster back until
    /// it is complete.
    private static let testPicture = [
        "ffmpeg -v error -re -f lavfi -i testsrc2=size=1280x720:rate=30",
        "-re -f lavfi -i sine=frequency=220 -c:v libvpx -deadline realtime -cpu-used 8 -b:v 2M",
        "-g 30 -c:a libopus -f webm -live 1 -cluster_time_limit 0",
    ].joined(separator: " ")
}
