// What happens to a request for a media playlist now: it is answered, waits, or is refused
// (draft-pantos-hls-rfc8216bis, section 6.2.5.2).
//
// Pure. A request that waits is asked about again after every change of the list, until it is answered or has
// waited for `ServerControl.longestWaitMs`.

package enum PlaylistAnswer: Sendable, Equatable {
    /// The list as it is now, in this form.
    case send(MediaPlaylist.Form)
    /// Until the list has this segment or, if a part is named, that part.
    case wait(segment: UInt64, part: UInt64?)
    /// 400, with a sentence for people.
    case badRequest(String)

    /// - Parameter query: of the request, whatever stands in it.
    package init(query: Span<UInt8>, for progress: PlaylistProgress) {
        // A list that has ended ignores directives, and so does one that never offered them: then it does
        // not matter whether they can be understood.
        guard let control = progress.control else {
            self = .send(.plain)
            return
        }
        guard !progress.hasEnded else {
            self = .send(.whole)
            return
        }
        do throws(PlaylistDirectives.Malformed) {
            let directives = try PlaylistDirectives(query: query)
            self.init(directives, for: progress, control)
        } catch {
            self = .badRequest(error.sentence)
        }
    }

    private init(
        _ directives: PlaylistDirectives, for progress: PlaylistProgress, _ control: ServerControl
    ) {
        let answer = Self.send(directives.skips ? .delta : .whole)
        guard let segment = directives.segment else {
            self = answer
            return
        }
        // More than the last whole segment plus two.
        if segment > progress.nextSegment, segment - progress.nextSegment > 1 {
            self = .badRequest("_HLS_msn is more than two segments ahead of the playlist.")
            return
        }
        guard let part = directives.part else {
            self = progress.has(segment: segment) ? answer : .wait(segment: segment, part: nil)
            return
        }
        if progress.partsAhead(part, of: segment) > control.advancePartLimit {
            self = .badRequest("_HLS_part is too far ahead of the playlist.")
            return
        }
        self =
            progress.has(part: part, of: segment) ? answer : .wait(segment: segment, part: part)
    }
}

extension PlaylistDirectives.Malformed {
    fileprivate var sentence: String {
        switch self {
        case .repeated: "A directive stands more than once in the query."
        case .notNumber: "_HLS_msn and _HLS_part are decimal numbers."
        case .unknownSkip: "_HLS_skip is YES or v2."
        case .partWithoutSegment: "_HLS_part needs _HLS_msn."
        }
    }
}
