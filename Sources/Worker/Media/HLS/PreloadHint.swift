// What comes next, for players to ask for before it is there: EXT-X-PRELOAD-HINT.

package struct PreloadHint: Sendable, Equatable {
    /// Exactly the name under which the next part will be listed (see `MediaName.listed`).
    package var partURI: String
    /// The init of that part, when it is another one than that of the parts listed.
    package var mapURI: String?

    package init(partURI: String, mapURI: String? = nil) {
        self.partURI = partURI
        self.mapURI = mapURI
    }

    func write(to text: inout PlaylistText) {
        if let mapURI { write("MAP", mapURI, to: &text) }
        write("PART", partURI, to: &text)
    }

    private func write(_ type: String, _ uri: String, to text: inout PlaylistText) {
        text.begin("#EXT-X-PRELOAD-HINT")
        text.attribute("TYPE", type)
        text.attribute("URI", quoted: uri)
        text.endLine()
    }
}
