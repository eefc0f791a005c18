// A segment or a part as it is answered: all of it, only if it has changed, or in part (RFC 9110, sections
// 13 and 14). What all who ask get alike is made once; the bytes are copied out of the ring for each.
//
// What has a name has one meaning, so the name is the entity tag, together with the length.
//
// Unsafe use: a body's bytes are written into the memory of an array, no more than it was made for. Owner: the
// worker's loop thread.

import HTTP
import Media
import Settings
import Streams

final class MediaAnswer {
    private let ordinal: UInt64
    private let place: Int
    private let parts: Range<Int>?
    private let tag: EntityTag
    /// Of answers with a body.
    private let fields: [HeaderField]
    private let whole: PreparedResponse
    private let notModified: PreparedResponse

    /// - Parameters:
    ///   - parts: nil: all of the segment.
    ///   - length: of all of it.
    init(
        of ordinal: UInt64, parts: Range<Int>?, track: PackagedTrack, length: Int,
        named name: MediaName
    ) {
        self.ordinal = ordinal
        self.parts = parts
        place = track.place
        let tag = Self.tag(of: name, length)
        let always =
            [Lifetime.unchanging.field, HeaderField("etag", tag.text)]
            + PackagedRoutes.fields
        self.tag = tag
        fields =
            always + [
                HeaderField("content-type", track.contentType),
                HeaderField("accept-ranges", "bytes"),
            ]
        whole = PreparedResponse(status: 200, headers: fields, streaming: length)
        notModified = PreparedResponse(status: 304, headers: always, body: nil)
    }

    private static func tag(of name: MediaName, _ length: Int) -> EntityTag {
        EntityTag("\"\(name.text(separator: "-"))-\(length)\"")
    }

    /// Of all of it.
    var length: Int { whole.length }

    /// Its bytes, as long as the index has them.
    func body(in index: SegmentIndex, from hold: RingHold) -> SegmentBody? {
        index.body(of: ordinal, rendition: place, parts: parts, from: hold)
    }

    func answer(_ exchange: Exchange, with body: SegmentBody) {
        exchange.answer(tag, partsOf: length, headers: PackagedRoutes.fields) {
            exchange.respond(whole, from: body)
        } notModified: {
            exchange.respond(notModified)
        } part: { range, said in
            body.narrow(to: range.first..<range.last + 1)
            exchange.respond(
                status: 206, headers: fields + [said], body: .stream(body, length: range.count))
        }
    }

    // MARK: Small ones

    /// The same with bytes that are copied out of the ring once, for parts that are small: there, finding
    /// the samples would cost more than sending them. Nil when they are gone.
    static func small(
        _ body: SegmentBody, of track: PackagedTrack, named name: MediaName
    ) -> Resource? {
        guard let bytes = bytes(of: body) else { return nil }
        let content = Content(
            fields: [Lifetime.unchanging.field] + PackagedRoutes.fields,
            contentFields: [HeaderField("content-type", track.contentType)], bytes: bytes,
            tag: tag(of: name, bytes.count), hasParts: true)
        // The next part comes soon, and whoever has not taken this one is the only one that has it.
        return Resource(content, isShared: false)
    }

    private static func bytes(of body: SegmentBody) -> [UInt8]? {
        var isWhole = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: body.byteCount) { buffer, count in
            let room = unsafe UnsafeMutableRawBufferPointer(
                start: buffer.baseAddress, count: body.byteCount)
            guard case .last(let written) = unsafe body.produce(into: room) else { return }
            count = written
            isWhole = written == body.byteCount
        }
        return isWhole ? bytes : nil
    }
}
