// Answers with a segment or a part: only if it has changed, or in part (RFC 9110, sections 13 and 14).
//
// What has a name has one meaning, so the name is the entity tag, together with the length.

import HTTP
import Media

extension Exchange {
    func respond(_ body: SegmentBody, contentType: String, named name: MediaName) {
        let length = body.byteCount
        let words = name.text.split(separator: "/").joined(separator: "-")
        let tag = EntityTag("\"\(words)-\(length)\"")
        let fields =
            [Lifetime.unchanging.field, HeaderField("etag", tag.text)] + PackagedRoutes.fields
        let ofContent = [
            HeaderField("content-type", contentType), HeaderField("accept-ranges", "bytes"),
        ]
        switch Conditions.judge(request, tag: tag, length: length) {
        case .whole:
            respond(
                status: 200, headers: fields + ofContent, body: .stream(body, length: length))
        case .notModified: respond(status: 304, headers: fields, body: .none)
        case .failed: respond(.preconditionFailed, headers: PackagedRoutes.fields)
        case .unsatisfiable:
            let range = HeaderField("content-range", ByteRange.unsatisfied(length: length))
            respond(.rangeNotSatisfiable, headers: PackagedRoutes.fields + [range])
        case .part(let range):
            body.narrow(to: range.first..<range.last + 1)
            let said = HeaderField("content-range", range.contentRange(of: length))
            respond(
                status: 206, headers: fields + ofContent + [said],
                body: .stream(body, length: range.count))
        }
    }
}
