// Answers with a segment or a part: only if it has changed, or in part (RFC 9110, sections 13 and 14).
//
// What has a name has one meaning, so the name is the entity tag, together with the length.

import HTTP
import Media

extension Exchange {
    func respond(_ body: SegmentBody, contentType: String, named name: MediaName) {
        let length = body.byteCount
        let words = "\"\(name.text(separator: "-"))-\(length)\""
        let tag = EntityTag(words)
        let fields =
            [Lifetime.unchanging.field, HeaderField("etag", words)] + PackagedRoutes.fields
        let allFields =
            fields + [
                HeaderField("content-type", contentType), HeaderField("accept-ranges", "bytes"),
            ]
        answer(tag, partsOf: length, headers: PackagedRoutes.fields) {
            respond(status: 200, headers: allFields, body: .stream(body, length: length))
        } notModified: {
            respond(status: 304, headers: fields, body: .none)
        } part: { range, said in
            body.narrow(to: range.first..<range.last + 1)
            respond(
                status: 206, headers: allFields + [said],
                body: .stream(body, length: range.count))
        }
    }
}
