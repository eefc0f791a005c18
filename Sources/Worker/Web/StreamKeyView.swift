// The part of the account page about the stream key: none yet, one that cannot be shown again, or one
// that has just been made, with what to paste where.

struct StreamKeyView {
    let page: AccountPage
    let fault: FormFault?
    let words: Words

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
        <p>\(words.html("key.none"))</p>
        <form method="post" action="/api/me/stream-key">
          <button class="button button-primary">\(words.html("key.create"))</button>
        </form>
        """
    }

    private func present(since createdAtMs: UInt64) -> String {
        let date = CalendarTime(ms: createdAtMs).html(words, withTime: true)
        return """
            <p>\(words.html("key.present", ["date": date]))</p>
            \(replaceAndRemove)
            """
    }

    private func made(_ key: String) -> String {
        let lines = PublishLines(origin: page.origin, name: page.name, key: key)
        return """
            <div class="stack" id="new-key-lines" data-secrets="hidden">
            <div class="notice new-key" id="new-key" tabindex="-1" autofocus>
              <p class="notice-title">\(words.html("key.new.title"))</p>
              <p>\(words.html("key.new.text"))</p>
              \(copy("stream-key", label: words("key.title"), html: masked(key, in: key.htmlEscaped)))
              <button class="button" type="button" data-unmasks="new-key-lines" aria-pressed="false"
                aria-label="\(words.html("key.show"))" hidden>\(words.html("field.show"))</button>
            </div>
            <h3>OBS</h3>
            <p>\(words.html("key.obs.text"))</p>
            <dl class="settings">
              <dt>Type</dt><dd>Custom Output (FFmpeg)</dd>
              <dt>FFmpeg Output Type</dt><dd>Output to URL</dd>
              <dt>Container Format</dt><dd>webm</dd>
              <dt>Muxer Settings</dt><dd><code>cluster_time_limit=250</code></dd>
              <dt>Keyframe interval</dt><dd>\(words.html("key.obs.frames"))</dd>
              <dt>Video Encoder</dt><dd>libvpx-vp9 (Default Encoder)</dd>
              <dt>Video Encoder Settings</dt>
              <dd><code>deadline=realtime cpu-used=8 lag-in-frames=0</code></dd>
              <dt>Audio Encoder</dt><dd>libopus (Default Encoder)</dd>
              <dt>File path or URL</dt><dd>\(words.html("key.obs.this-one"))</dd>
            </dl>
            \(copy("line-obs", label: words("key.obs.address"), html: masked(key, in: lines.obs.htmlEscaped)))
            <h3>ffmpeg</h3>
            <p>\(words.html("key.ffmpeg.text", Self.code))</p>
            \(copy("line-ffmpeg", label: words("key.ffmpeg.command"),
                html: masked(key, in: ShellLine.html(lines.ffmpeg))))
            <h3>\(words.html("key.curl.title"))</h3>
            <p>\(words.html("key.curl.text"))</p>
            \(copy("line-curl", label: words("key.curl.command"),
                html: masked(key, in: ShellLine.html(lines.curl))))
            </div>
            \(replaceAndRemove)
            """
    }

    private static let code = ["code": "<code>", "/code": "</code>"]

    /// Bullets until the owner asks for it; as text, the key itself.
    private func masked(_ key: String, in html: String) -> String {
        html.replacing(key.htmlEscaped, with: "<span class=\"masked\">\(key.htmlEscaped)</span>")
    }

    private var replaceAndRemove: String {
        """
        <div class="row">
          <form method="post" action="/api/me/stream-key">
            <button class="button" aria-describedby="key-consequence">\(words.html("key.replace"))</button>
          </form>
          <form method="post" action="/account/stream-key/remove">
            <button class="button" aria-describedby="key-consequence">\(words.html("key.remove"))</button>
          </form>
        </div>
        <p class="small muted" id="key-consequence">\(words.html("key.consequence"))</p>
        """
    }

    /// `html` is escaped.
    private func copy(_ id: String, label: String, html: String) -> String {
        """
        <div class="copy">
          <code id="\(id)">\(html)</code>
          <button class="button" type="button" data-copy="\(id)"
            aria-label="\(words("copy.label", ["what": label]).htmlEscaped)">\(words.html("copy.copy"))</button>
        </div>
        """
    }
}
