// The face that an operator gives this server: a name, a few words, a colour, a logo.

package struct Site: Sendable {
    package struct Logo: Sendable {
        let contentType: String
        let fileName: String
        let bytes: [UInt8]
        /// In pixels.
        let size: (width: Int, height: Int)

        /// - Parameter type: "png", "jpeg" or "webp".
        package init(type: String, bytes: [UInt8], size: (width: Int, height: Int)) {
            contentType = "image/\(type)"
            fileName = "logo.\(type)"
            self.bytes = bytes
            self.size = size
        }
    }

    package let name: String
    /// A line or a paragraph for the first page; empty when there is none.
    package let text: String
    /// What is said to people who cannot sign up; empty for Weir's own words.
    let signUpText: String
    let accent: AccentColor?
    let logo: Logo?

    package static let plain = Site(name: "Weir")

    /// - Parameter accent: "#rrggbb", or nil.
    package init(
        name: String, text: String = "", signUpText: String = "", accent: String? = nil,
        logo: Logo? = nil
    ) {
        self.name = name
        self.text = text
        self.signUpText = signUpText
        self.accent = accent.flatMap { AccentColor($0) }
        self.logo = logo
    }

    // MARK: As files

    static let stylePath = "site.css"
    static let iconPath = "icon.svg"

    /// The files of Weir with those of this site. They are assets like all others, so their addresses
    /// change with them.
    func adding(to files: [WebFile]) -> [WebFile] {
        var files = files
        if let accent {
            files = files.map { $0.path == "Assets/\(Self.iconPath)" ? accent.coloring($0) : $0 }
            files.append(WebFile(path: "Assets/\(Self.stylePath)", bytes: Array(accent.css.utf8)))
        }
        if let logo {
            files.append(WebFile(path: "Assets/\(logo.fileName)", bytes: logo.bytes))
        }
        return files
    }

    // MARK: On pages

    /// Where the icon of pages is, and what kind of picture.
    func icon(_ assets: Assets) -> (address: String, contentType: String) {
        logo.map { (assets.address(of: $0.fileName), $0.contentType) }
            ?? (assets.address(of: Self.iconPath), "image/svg+xml")
    }

    /// What stands before the name in the head of pages, as HTML.
    func mark(_ assets: Assets) -> String {
        guard let logo else { return Self.weirMark }
        return "<img src=\"\(assets.address(of: logo.fileName))\" alt=\"\">"
    }

    /// The text for the first page as an element; empty when there is none.
    var textElement: String {
        text.isEmpty ? "" : "<p class=\"site-text\">\(text.htmlEscaped)</p>"
    }

    private static let weirMark = """
        <svg viewBox="0 0 32 32" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="3.2"
              stroke-linecap="round">
              <path d="M2 6h8c9 0 6 9.5 20 9.5"/>
              <path d="M2 13h6c8.5 0 6 8.5 22 8.5" opacity=".75"/>
              <path d="M2 20h4c7.5 0 5 7.5 24 7.5" opacity=".5"/>
            </svg>
        """
}
