// Names of media as templates of DASH: a player fills in the representation's id, which is the rendition's
// name, and the segment's number.

extension MediaName {
    /// The names of an epoch's segments.
    package static func segmentTemplate(epoch: UInt64) -> String {
        "\(hexadecimal(epoch))/$RepresentationID$/$Number$.m4s"
    }

    /// The names of an epoch's inits of one version.
    package static func initializationTemplate(epoch: UInt64, version: UInt64) -> String {
        "\(hexadecimal(epoch))/$RepresentationID$/init-\(version).mp4"
    }
}
