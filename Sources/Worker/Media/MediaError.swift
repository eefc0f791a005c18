// What can be wrong with a broadcaster's bytes. Each case is one HTTP answer. The texts are for people
// and contain only our own words and numbers, so they may be sent as they are.

package enum MediaError: Error, Equatable {
    /// 415: does not start like EBML, or its DocType is neither webm nor matroska.
    case notWebM
    /// 412: Matroska, but from the middle (a Segment or Cluster without the EBML header before it).
    case missingInitialization
    /// 400: broken element structure, a block for an unknown track, values out of range.
    case malformed(String)
    /// 400: an element over its limit; the text says which.
    case tooLarge(String)
    /// 415: well-formed, but in a form that viewers could not be given; the text names it.
    case unsupported(String)
}
