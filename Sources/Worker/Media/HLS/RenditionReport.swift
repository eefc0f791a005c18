// How far another rendition of the same stream has got: EXT-X-RENDITION-REPORT. A player that changes to it
// asks at once for what comes next there.

package struct RenditionReport: Sendable, Equatable {
    /// Of the other playlist, relative to the one that reports.
    package var uri: String
    /// Of its newest segment, which may still be in the making when there is a part of it.
    package var lastSegment: UInt64
    /// The newest part of that segment; nil when it is listed without parts.
    package var lastPart: UInt64?

    package init(uri: String, lastSegment: UInt64, lastPart: UInt64?) {
        self.uri = uri
        self.lastSegment = lastSegment
        self.lastPart = lastPart
    }

    func write(to text: inout PlaylistText) {
        text.begin("#EXT-X-RENDITION-REPORT")
        text.attribute("URI", quoted: uri)
        text.attribute("LAST-MSN", lastSegment)
        if let lastPart { text.attribute("LAST-PART", lastPart) }
        text.endLine()
    }
}
