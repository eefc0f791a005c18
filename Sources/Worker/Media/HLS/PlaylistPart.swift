// One part of a segment as a media playlist lists it: EXT-X-PART.

package struct PlaylistPart: Sendable, Equatable {
    package var ticks: UInt64
    package var uri: String
    /// It has a frame with which decoding can start; all parts of sound do.
    package var isIndependent: Bool
    package var isGap: Bool

    package init(ticks: UInt64, uri: String, isIndependent: Bool, isGap: Bool = false) {
        self.ticks = ticks
        self.uri = uri
        self.isIndependent = isIndependent
        self.isGap = isGap
    }

    func write(to text: inout PlaylistText, us: UInt64) {
        text.begin("#EXT-X-PART")
        text.attribute("DURATION", secondsFromUs: us)
        text.attribute("URI", quoted: uri)
        if isIndependent { text.attribute("INDEPENDENT", "YES") }
        if isGap { text.attribute("GAP", "YES") }
        text.endLine()
    }
}
