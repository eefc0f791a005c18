// Judges the conditions of a request, for a representation with a strong entity tag and without a date,
// in the order of RFC 9110, section 13.2.2.
//
// Pure.

enum Conditions {
    enum Verdict: Equatable, Sendable {
        /// 200 with the whole representation.
        case whole
        /// 206.
        case part(ByteRange)
        /// 304.
        case notModified
        /// 412: the client has another version.
        case failed
        /// 416.
        case unsatisfiable
    }

    /// For GET and HEAD. `length`: of the representation; nil when parts of it cannot be requested.
    static func judge(_ request: Request, tag: EntityTag, length: Int?) -> Verdict {
        if request.withHeader("if-match", { tag.isStronglyIn($0) }) == false { return .failed }
        if request.withHeader("if-none-match", { tag.isIn($0) }) == true { return .notModified }
        // A range is defined for GET alone (section 14.2).
        guard let length, request.isGet else { return .whole }
        guard request.withHeader("if-range", { tag.isExactly($0) }) != false else { return .whole }
        switch request.withHeader("range", { ByteRange.read($0, length: length) }) {
        case .part(let range): return .part(range)
        case .unsatisfiable: return .unsatisfiable
        case .whole, nil: return .whole
        }
    }
}
