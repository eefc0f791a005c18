// What colours the numbers of a picture mean, in the code points that Matroska, MP4, H.264, HEVC and AV1
// share (ITU-T H.273, "coding-independent code points"), and how wide a pixel is.

package struct VideoColour: Sendable, Equatable {
    package let primaries: UInt8
    package let transfer: UInt8
    package let matrix: UInt8
    /// The numbers go from 0 to the greatest there is; nil when nothing says so.
    package let isFullRange: Bool?
    /// Samples of colour lie between two lines of pictures with half as many, as MPEG-2 began it, and not
    /// on the upper one; nil when nothing says so.
    package let isChromaBetweenLines: Bool?

    static let unspecified: UInt8 = 2

    /// Nil when nothing in it is specified.
    init?(
        primaries: UInt8?, transfer: UInt8?, matrix: UInt8?, isFullRange: Bool?,
        isChromaBetweenLines: Bool? = nil
    ) {
        self.primaries = primaries ?? VideoColour.unspecified
        self.transfer = transfer ?? VideoColour.unspecified
        self.matrix = matrix ?? VideoColour.unspecified
        self.isFullRange = isFullRange
        self.isChromaBetweenLines = isChromaBetweenLines
        let numbers = [self.primaries, self.transfer, self.matrix]
        if numbers.allSatisfy({ $0 == VideoColour.unspecified }), isFullRange == nil { return nil }
    }

    /// More than what every screen shows: a player that does not know of it shows it wrong.
    var isWide: Bool { primaries == 9 || transfer == 16 || transfer == 18 }
}

/// The width of a pixel in relation to its height, in the smallest numbers.
package struct PixelAspect: Sendable, Equatable {
    package let horizontal: Int
    package let vertical: Int

    /// Nil when a pixel is square, and for what makes no sense.
    init?(horizontal: Int, vertical: Int) {
        guard horizontal > 0, vertical > 0, horizontal != vertical else { return nil }
        var (divisor, rest) = (horizontal, vertical)
        while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
        self.horizontal = horizontal / divisor
        self.vertical = vertical / divisor
    }
}
