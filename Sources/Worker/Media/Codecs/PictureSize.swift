// The size of a picture.

/// In pixels, as a decoder puts them out.
package struct PictureSize: Sendable, Equatable {
    package let width: Int
    package let height: Int

    /// Nil for what no container can say.
    init?(width: Int, height: Int) {
        guard 1...65_535 ~= width, 1...65_535 ~= height else { return nil }
        self.width = width
        self.height = height
    }
}
