// What the account page has to say of the channel: its picture, which only scripts can change, and a form for
// the name that is shown, a line, and links.

struct ChannelForm {
    let page: AccountPage
    let fault: FormFault?
    let words: Words

    /// The fields of the form. Links have `address1`, `label1` and so on.
    static let fields = ["displayName", "line", "links"]

    private var channel: AccountPage.Channel { page.channel }

    var html: String {
        """
        \(picture)
        \(fault?.banner ?? "")
          <form class="stack" method="post" action="/account/profile" novalidate>
        \(displayName.html)
        \(line.html)
        \(links)
            <button class="button">\(words.html("channel.save"))</button>
          </form>
        """
    }

    // MARK: The picture

    private var picture: String {
        """
        <div class="picture-row" data-picture>
          \(shownPicture)
          <div class="picture-controls" data-picture-controls hidden>
            <input type="file" accept="image/*" tabindex="-1" aria-hidden="true" hidden>
            <div class="row">
              <button class="button button-small" type="button" data-picture-choose
                aria-describedby="picture-hint">\(words.html("channel.picture.choose"))</button>
              <button class="button button-small button-quiet" type="button" data-picture-remove\
        \(channel.pictureURL == nil ? " hidden" : "")>\(words.html("channel.picture.remove"))</button>
            </div>
            <p class="small muted" id="picture-hint">\(words.html("channel.picture.hint"))</p>
            <p class="small" role="status" data-picture-status></p>
          </div>
        </div>
        """
    }

    /// Without a picture, the first letter of the name.
    private var shownPicture: String {
        let letter = (channel.displayName.first ?? page.name.first).map { String($0).uppercased() }
        guard let url = channel.pictureURL else {
            return """
                <span class="channel-picture" data-picture-shown data-letter="\((letter ?? "").htmlEscaped)" \
                aria-hidden="true">\((letter ?? "").htmlEscaped)</span>
                """
        }
        return """
            <img class="channel-picture" data-picture-shown data-letter="\((letter ?? "").htmlEscaped)" \
            src="\(url.htmlEscaped)" alt="\(words.html("channel.picture.alt"))" width="96" height="96">
            """
    }

    // MARK: The words

    private var displayName: FormField {
        FormField(
            name: "displayName", label: words("channel.display-name"), kind: .text,
            value: channel.displayName,
            hint: words("channel.display-name.hint", ["name": page.name]), fault: fault,
            words: words)
    }

    private var line: FormField {
        FormField(
            name: "line", label: words("channel.line"), kind: .text, value: channel.line,
            fault: fault, words: words)
    }

    private var links: String {
        let error = fault.flatMap { $0.field == "links" ? $0.message : nil }
        let said =
            error.map { "<p class=\"field-error\" id=\"links-error\">\($0.htmlEscaped)</p>" } ?? ""
        let rows = (1...AccountPage.Channel.mostLinks).map { row($0, isFaulty: error != nil) }
        return """
            <fieldset class="field links" data-links>
              <legend>\(words.html("channel.links"))</legend>
              \(said)
            \(rows.joined(separator: "\n"))
              <button class="button button-small button-quiet" type="button" data-links-more hidden>\
            \(words.html("channel.link.more"))</button>
            </fieldset>
            """
    }

    private func row(_ number: Int, isFaulty: Bool) -> String {
        let link = number <= channel.links.count ? channel.links[number - 1] : nil
        let fault = isFaulty ? " aria-invalid=\"true\" aria-describedby=\"links-error\"" : ""
        let focus = isFaulty && number == 1 ? " autofocus" : ""
        let gaps = ["number": "\(number)"]
        return """
              <div class="link-row">
                <input id="address\(number)" name="address\(number)" type="url" autocomplete="off" \
            value="\((link?.address ?? "").htmlEscaped)" placeholder="https://" \
            aria-label="\(words.html("channel.link.address", gaps))"\(fault)\(focus)>
                <input name="label\(number)" type="text" autocomplete="off" \
            value="\((link?.label ?? "").htmlEscaped)" \
            placeholder="\(words.html("channel.link.label.example"))" \
            aria-label="\(words.html("channel.link.label", gaps))">
              </div>
            """
    }
}
