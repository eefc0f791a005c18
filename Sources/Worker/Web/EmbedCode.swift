// The line of HTML that shows the player in another site's page. Assets/watch/share.js makes the same. Pure.

package struct EmbedCode: Equatable, Sendable {
    package let width: Int
    package let height: Int

    private static let usual = EmbedCode(width: 640, height: 360)
    private static let sides = (width: 16, height: 9)

    private init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// As large as usual, or smaller: at most so many pixels, in the shape of a film.
    package init(mostWidth: Int?, mostHeight: Int?) {
        let width = min(Self.usual.width, mostWidth ?? .max)
        let height = min(Self.usual.height, mostHeight ?? .max)
        let fitting = min(width, height * Self.sides.width / Self.sides.height)
        self.init(
            width: max(1, fitting),
            height: max(1, min(height, fitting * Self.sides.height / Self.sides.width)))
    }

    /// - Parameters:
    ///   - name: a valid stream name.
    ///   - title: for people who cannot see the frame.
    package func html(origin: String, name: String, title: String) -> String {
        "<iframe src=\"\("\(origin)/\(name)/embed".htmlEscaped)\" width=\"\(width)\" "
            + "height=\"\(height)\" style=\"border: 0\" "
            + "allow=\"autoplay; fullscreen; picture-in-picture\" title=\"\(title.htmlEscaped)\">"
            + "</iframe>"
    }
}
