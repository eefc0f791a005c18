// Something to be read, and how it answers requests: with one of its representations, plain or
// compressed (RFC 9110, section 12.5.3), only if it has changed (section 13), or in part (section 14).
//
// Unsafe use: a part of the bytes is copied into the buffer that a source is given, within both.
// Owner: the loop's thread.

package struct Content {
    /// One form of the content.
    struct Representation {
        let bytes: [UInt8]
        let tag: EntityTag
        let isCompressed: Bool
    }

    private var fields: [HeaderField]
    private let contentFields: [HeaderField]
    private let hasParts: Bool
    let plain: Representation
    let compressed: Representation?

    /// - Parameters:
    ///   - fields: of every answer, including 304.
    ///   - contentFields: of answers with a body, including the content type.
    ///   - tag: of the plain bytes; the compressed ones have their own.
    ///   - hasParts: whether ranges of it may be requested.
    package init(
        fields: [HeaderField], contentFields: [HeaderField], bytes: [UInt8], tag: EntityTag,
        gzip: (bytes: [UInt8], tag: EntityTag)? = nil, hasParts: Bool = false
    ) {
        self.fields = fields
        self.contentFields = contentFields
        self.hasParts = hasParts
        plain = Representation(bytes: bytes, tag: tag, isCompressed: false)
        compressed = gzip.map {
            Representation(bytes: $0.bytes, tag: $0.tag, isCompressed: true)
        }
    }

    /// The same with another field in every answer. The bytes are shared.
    package func with(_ field: HeaderField) -> Content {
        var content = self
        content.fields.append(field)
        return content
    }

    /// The fields of a 304.
    func fields(of form: Representation) -> [HeaderField] {
        fields + [HeaderField("etag", form.tag.text)]
    }

    /// The fields of an answer with a body.
    func allFields(of form: Representation) -> [HeaderField] {
        fields(of: form) + contentFields
            + (form.isCompressed ? [HeaderField("content-encoding", "gzip")] : [])
            + (hasParts ? [HeaderField("accept-ranges", "bytes")] : [])
    }

    /// Inlined, because a copy of the request would count a reference.
    @inline(__always)
    static func takesCompressed(_ request: Request) -> Bool {
        request.withHeader("accept-encoding") { AcceptEncoding.takesGzip($0) } ?? false
    }

    /// Answers GET or HEAD with `form`. `whole` and `notModified` send 200 and 304; this does all the
    /// rest.
    func answer(
        _ exchange: Exchange, with form: Representation, headers: [HeaderField], whole: () -> Void,
        notModified: () -> Void
    ) {
        exchange.answer(
            form.tag, partsOf: hasParts ? form.bytes.count : nil, headers: headers, whole: whole,
            notModified: notModified
        ) { range, said in
            exchange.respond(
                status: 206, headers: allFields(of: form) + [said] + headers,
                body: .stream(SharedPart(form.bytes, range), length: range.count))
        }
    }
}

extension Exchange {
    /// Answers GET or HEAD with something that has a tag: `whole`, `notModified` and `part` send 200, 304
    /// and 206; this does all the rest.
    ///
    /// - Parameters:
    ///   - length: how long it is; nil when parts of it cannot be requested.
    ///   - headers: of refusals.
    ///   - part: gets the range, and the field that says so.
    package func answer(
        _ tag: EntityTag, partsOf length: Int?, headers: [HeaderField], whole: () -> Void,
        notModified: () -> Void, part: (ByteRange, HeaderField) -> Void
    ) {
        let all = length ?? 0
        switch Conditions.judge(request, tag: tag, length: length) {
        case .whole: whole()
        case .notModified: notModified()
        case .failed: respond(.preconditionFailed, headers: headers)
        case .unsatisfiable:
            let range = HeaderField("content-range", ByteRange.unsatisfied(length: all))
            respond(.rangeNotSatisfiable, headers: headers + [range])
        case .part(let range):
            part(range, HeaderField("content-range", range.contentRange(of: all)))
        }
    }

    /// Answers with content that was made for this request alone. Conditions apply only if `status` is
    /// 200.
    package func respond(_ content: Content, status: Int = 200) {
        let form = (Content.takesCompressed(request) ? content.compressed : nil) ?? content.plain
        let whole = {
            self.respond(
                status: status, headers: content.allFields(of: form), body: .bytes(form.bytes))
        }
        guard status == 200 else { return whole() }
        content.answer(self, with: form, headers: [], whole: whole) {
            respond(status: 304, headers: content.fields(of: form), body: .none)
        }
    }
}

/// A part of bytes that are in memory anyway.
private final class SharedPart: BodySource {
    private let bytes: [UInt8]
    private var left: Range<Int>

    init(_ bytes: [UInt8], _ range: ByteRange) {
        self.bytes = bytes
        left = range.first..<range.last + 1
    }

    override func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        let piece = left.prefix(buffer.count)
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[piece]))
        }
        left = piece.upperBound..<left.upperBound
        return left.isEmpty ? .last(piece.count) : .bytes(piece.count)
    }
}

extension Problem {
    static let preconditionFailed = Problem(
        status: 412, slug: "precondition-failed", title: "This has changed",
        detail: "It has another entity tag than If-Match asks for.")

    static let rangeNotSatisfiable = Problem(
        status: 416, slug: "range-not-satisfiable", title: "There is nothing in this range",
        detail: "Content-Range says how many bytes there are.")
}
