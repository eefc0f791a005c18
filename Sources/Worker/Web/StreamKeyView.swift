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
          only when it is made: whoever has lost it makes a new one.</p>
        \(replaceAndRemove)
        """
    }

    private func made(_ key: String) -> String {
        let lines = PublishLines(origin: page.origin, name: page.name, key: key)
        return """
            <div class="notice new-key" role="status">
              <p class="notice-title">Your new stream key</p>
              <p>Copy it now: it is not shown again. Whoever has it can broadcast as you.</p>
              \(copy("stream-key", of: "code", label: "Stream key", text: key))
            </div>
            <h3>OBS</h3>
            <p>Settings, Output, Recording: type <b>Custom Output (FFmpeg)</b>, output to <b>URL</b>,
              container <b>webm</b>, video <b>libvpx</b>, sound <b>libopus</b>. Then start recording.</p>
            \(copy("line-obs", of: "code", label: "Address for OBS", text: lines.obs))
            <h3>ffmpeg</h3>
            <p>Sends a test picture with a tone. Put inputs of your own in place of the two after
              <code>-i</code>.</p>
            \(copy("line-ffmpeg", of: "code", label: "Command for ffmpeg", text: lines.ffmpeg))
            <h3>ffmpeg and curl</h3>
            <p>The same over HTTP/2, which gets through more proxies.</p>
            \(copy("line-curl", of: "code", label: "Command for curl", text: lines.curl))
            \(replaceAndRemove)
            """
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

    private func copy(_ id: String, of element: String, label: String, text: String) -> String {
        """
        <div class="copy">
          <\(element) id="\(id)">\(text.htmlEscaped)</\(element)>
          <button class="button" type="button" data-copy="\(id)"
            aria-label="Copy: \(label)">Copy</button>
        </div>
        """
    }
}
