// The first page: who is live now. A minimal, static page for the time being; it needs no script.

/// `GET /`.
package struct HomePage {
    package struct Stream {
        let name: String
        let viewers: Int

        package init(name: String, viewers: Int) {
            self.name = name
            self.viewers = viewers
        }
    }

    /// No script at all, styles from the page itself only.
    package static let contentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; "
        + "form-action 'none'"

    private let streams: [Stream]

    package init(streams: [Stream]) {
        self.streams = streams
    }

    package var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Weir: live now</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <h1>Live now</h1>
        \(streams.isEmpty ? Self.nobody : list)
        </main>
        </body>
        </html>

        """
    }

    private var list: String {
        let items = streams.map { stream in
            let viewers = stream.viewers == 1 ? "1 viewer" : "\(stream.viewers) viewers"
            // A stream's name is [a-z0-9_-] by construction, so it needs no escaping.
            return
                "<li><a href=\"/\(stream.name)/live\">\(stream.name)</a> <span>\(viewers)</span></li>"
        }
        return "<ul>\n\(items.joined(separator: "\n"))\n</ul>"
    }

    private static let nobody = """
        <p>Nobody is live. Send WebM to <code>/NAME/live</code> on this server, for example:</p>
        <pre>ffmpeg -re -i FILE -c:v libvpx -c:a libopus -f webm - \\
          | curl --http2 -X POST -T - https://HOST:8443/NAME/live</pre>
        """

    private static let style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
        li { margin: .5rem 0; }
        span { opacity: .7; }
        pre { overflow-x: auto; padding: 1rem; border: 1px solid; border-radius: .5rem; }
        """
}
