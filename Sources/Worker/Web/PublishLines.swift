// What an owner pastes into an encoder to publish with a stream key. The account page and the answer
// to POST /api/me/stream-key show the same lines, and tests run them as they are.
//
// Each is one line, and quoted with double quotes only, so that any shell of any system takes it.

package struct PublishLines: Sendable {
    private let url: String
    private let key: String
    private let isLocal: Bool

    /// `origin` is what the browser calls this server: "https://host:port". `name` is a valid stream
    /// name, `key` its stream key.
    package init(origin: String, name: String, key: String) {
        url = "\(origin)/\(name)/live"
        self.key = key
        isLocal = Self.localHosts.contains { host in
            origin == "https://\(host)" || origin.hasPrefix("https://\(host):")
        }
    }

    /// Sends a test picture with a tone. ffmpeg accepts any certificate unless told otherwise.
    package var ffmpeg: String {
        "\(Self.testPicture) -live 1 -method PUT -headers \"Authorization: Bearer \(key)\" \(url)"
    }

    /// The same over HTTP/2, through curl.
    package var curl: String {
        "\(Self.testPicture) -live 1 - | curl \(trust)-sS -T - "
            + "-H \"Authorization: Bearer \(key)\" \(url)"
    }

    /// The address for "Custom Output (FFmpeg)", which knows no header fields.
    package var obs: String { "\(url)?key=\(key)" }

    /// On one's own machine the certificate is usually one that the server has signed itself.
    private var trust: String { isLocal ? "-k " : "" }
    private static let localHosts = ["localhost", "127.0.0.1", "[::1]"]

    private static let testPicture = [
        "ffmpeg -v error -re -f lavfi -i testsrc2=size=1280x720:rate=30",
        "-re -f lavfi -i sine=frequency=220 -c:v libvpx -deadline realtime -cpu-used 8 -b:v 2M",
        "-g 30 -c:a libopus -f webm -cluster_time_limit 250",
    ].joined(separator: " ")
}
