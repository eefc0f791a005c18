// The part of the account page about the stream key: none yet, one that cannot be shown again, or one
// that has just been made, with what to paste where.

struct StreamKeyView {
    let page: AccountPage
    let fault: FormFault?

    var html: String {
        let banner = fault?.banner ?? ""
        if let key = page.newStreamKey { return banner + made(key) }
        if let createdAtMs = page.streamKeyCreatedAtMs {
            return banner + present(since: createdAtMs)
        }
        return banner + none
    }

    private var none: String {
        """
        <p>For OBS, ffmpeg and the like. An encoder shows the key instead of your password, and you can
          replace it at any time. The browser does not need one.</p>
        <form method="post" action="/api/me/stream-key">
          <button class="button button-primary">Create a stream key</button>
        </form>
        """
    }

    private func present(since createdAtMs: UInt64) -> String {
        """
        <p>You have a key, created \(CalendarTime(ms: createdAtMs).html(withTime: true)). It is shown
          only when it is made. If you have lost it, make a new one.</p>
        \(replaceAndRemove)
        """
    }

    private func made(_ key: String) -> String {
        let lines = PublishLines(origin: page.origin, name: page.name, key: key)
        return """
            <div class="stack" id="new-key-lines" data-secrets="hidden">
            <div class="notice new-key" id="new-key" tabindex="-1" autofocus>
              <p class="notice-title">Your new stream key</p>
              <p>Copy it now: it is not shown again. Anybody who has it can broadcast as you.</p>
              \(copy("stream-key", label: "Stream key", html: masked(key, in: key.htmlEscaped)))
              <button class="button" type="button" data-unmasks="new-key-lines" aria-pressed="false"
                aria-label="Show the stream key" hidden>Show</button>
            </div>
            <h3>OBS</h3>
            <p>In Settings, Output, set Output Mode to Advanced, and fill in the tab Recording. Then press
              Start Recording.</p>
            <dl class="settings">
              <dt>Type</dt><dd>Custom Output (FFmpeg)</dd>
              <dt>FFmpeg Output Type</dt><dd>Output to URL</dd>
              <dt>Container Format</dt><dd>webm</dd>
              <dt>Muxer Settings</dt><dd><code>cluster_time_limit=250</code></dd>
              <dt>Keyframe interval</dt><dd>60 frames</dd>
              <dt>Video Encoder</dt><dd>libvpx-vp9 (Default Encoder)</dd>
              <dt>Video Encoder Settings</dt>
              <dd><code>deadline=realtime cpu-used=8 lag-in-frames=0</code></dd>
              <dt>Audio Encoder</dt><dd>libopus (Default Encoder)</dd>
              <dt>File path or URL</dt><dd>this one:</dd>
            </dl>
            \(copy("line-obs", label: "Address for OBS", html: masked(key, in: lines.obs.htmlEscaped)))
            <h3>ffmpeg</h3>
            <p>Sends a test picture with a tone. Put inputs of your own in place of the two after
              <code>-i</code>.</p>
            \(copy("line-ffmpeg", label: "Command for ffmpeg",
                html: masked(key, in: ShellLine.html(lines.ffmpeg))))
            <h3>ffmpeg and curl</h3>
            <p>The same, sent by curl over HTTP/2.</p>
            \(copy("line-curl", label: "Command for curl",
                html: masked(key, in: ShellLine.html(lines.curl))))
            </div>
            \(replaceAndRemove)
            """
    }

    /// Bullets until the owner asks for it; as text, the key itself.
    private func masked(_ key: String, in html: String) -> String {
        html.replacing(key.htmlEscaped, with: "<span class=\"masked\">\(key.htmlEscaped)</span>")
    }

    private var replaceAndRemove: String {
        """
        <div class="row">
          <form method="post" action="/api/me/stream-key">
            <button class="button" aria-describedby="key-consequence">Replace the key</button>
          </form>
          <form method="post" action="/account/stream-key/remove">
            <button class="button" aria-describedby="key-consequence">Remove the key</button>
          </form>
        </div>
        <p class="small muted" id="key-consequence">Either ends what is live with the old key.</p>
        """
    }

    /// `html` is escaped.
    private func copy(_ id: String, label: String, html: String) -> String {
        """
        <div class="copy">
          <code id="\(id)">\(html)</code>
          <button class="button" type="button" data-copy="\(id)"
            aria-label="Copy: \(label)">Copy</button>
        </div>
        """
    }
}
