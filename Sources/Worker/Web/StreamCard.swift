// One card of the first page as HTML. Its structure is that of the template in Pages/home.html, its
// words are said as in Assets/common/stream-words.js: the page's script takes over what is rendered here.

struct StreamCard {
    let stream: HomePage.Stream
    /// Milliseconds since 1970.
    let nowMs: UInt64
    let words: Words

    var html: String {
        let name = stream.name.htmlEscaped
        let badge = badge
        return """
              <li class="stream" data-name="\(name)" data-state="\(badge.state)"\(long)>
                <canvas class="stream-still" width="16" height="9" aria-hidden="true" hidden></canvas>
                <p class="stream-top"><span class="badge badge-\(badge.state)">\(badge.text.htmlEscaped)</span>
                  <span class="stream-viewers number">\(viewers.htmlEscaped)</span></p>
                <h2 class="stream-name"><a href="/\(name)/watchLive">\(name)</a></h2>
                <p class="stream-since">\(since.htmlEscaped)</p>
                <p class="stream-tags">\(tags)</p>
              </li>
            """
    }

    private var badge: (state: String, text: String) {
        switch stream.state {
        case .live: ("live", words("stream.live"))
        case .paused: ("paused", words("stream.paused"))
        }
    }

    /// A name that is written smaller (as in Assets/home/stream-card.js).
    private var long: String { stream.name.utf8.count > 16 ? " data-long=\"\"" : "" }

    private var viewers: String { words("count.viewers", count: stream.viewers) }

    private var since: String {
        switch stream.state {
        case .live: words.live(forMs: nowMs - min(nowMs, stream.startedAtMs))
        case .paused: words("stream.interrupted")
        }
    }

    private var tags: String {
        var texts: [String] = stream.hasPicture ? [] : [words("stream.sound-only")]
        if let size = stream.pictureSize { texts.append("\(size.width) × \(size.height)") }
        if let codec = stream.codec { texts.append(Words.codec(codec)) }
        return texts.map { "<span class=\"tag\">\($0.htmlEscaped)</span>" }.joined(separator: " ")
    }
}
