// What a broadcast says of itself and of its channel, as pages show it. All of it but the name is text that
// strangers have written.

package struct Face: Equatable, Sendable {
    /// Of the stream: a valid stream name.
    package let name: String
    /// Empty when the name is to be shown.
    let displayName: String
    /// Empty when there is none.
    let title: String
    /// May have several lines.
    let description: String
    /// The language that is spoken, as a tag (RFC 5646); nil when it is not said.
    let language: String?
    let tags: [String]
    /// The path of the channel's picture; nil when it has none.
    let picturePath: String?

    package init(
        name: String, displayName: String = "", title: String = "", description: String = "",
        language: String? = nil, tags: [String] = [], picturePath: String? = nil
    ) {
        self.name = name
        self.displayName = displayName
        self.title = title
        self.description = description
        self.language = language
        self.tags = tags
        self.picturePath = picturePath
    }

    /// What the channel is called (as in Assets/common/face.js).
    var shownName: String { displayName.isEmpty ? name : displayName }

    /// What the broadcast is called.
    var heading: String { title.isEmpty ? shownName : title }

    /// Of an element with the broadcaster's words.
    var languageAttribute: String {
        language.map { " lang=\"\($0.htmlEscaped)\"" } ?? ""
    }

    /// One of the colours that a channel without a picture has (components.css).
    var hue: Int { name.utf8.reduce(0) { $0 + Int($1) } % Self.hues }

    private static let hues = 8

    /// The channel's picture as an element (as in Assets/common/face.js); empty when there is none.
    var pictureElement: String {
        picturePath.map { "<img loading=\"lazy\" alt=\"\" src=\"\($0.htmlEscaped)\">" } ?? ""
    }

    /// Stands for a channel without a picture.
    var initial: String {
        shownName.unicodeScalars.first.map { String($0).uppercased() } ?? ""
    }
}
