// Content that is the same for everyone and stays in memory: an asset, a list, or a page for strangers.
// The usual answers are made once, and all who get one share its bytes.
//
// Owner: the loop's thread.

package final class Resource {
    /// Its answers are made when somebody gets them first: most lists of a stream are asked for in one form.
    private final class Form {
        let representation: Content.Representation
        private let content: Content
        private let isShared: Bool
        private var madeWhole: PreparedResponse?
        private var madeNotModified: PreparedResponse?

        init(_ representation: Content.Representation, of content: Content, isShared: Bool) {
            self.representation = representation
            self.content = content
            self.isShared = isShared
        }

        var whole: PreparedResponse {
            if let madeWhole { return madeWhole }
            let made = PreparedResponse(
                status: 200, headers: content.allFields(of: representation),
                body: representation.bytes, isShared: isShared)
            madeWhole = made
            return made
        }

        var notModified: PreparedResponse {
            if let madeNotModified { return madeNotModified }
            let made = PreparedResponse(
                status: 304, headers: content.fields(of: representation), body: nil)
            madeNotModified = made
            return made
        }
    }

    private let content: Content
    private let plain: Form
    private let compressed: Form?

    /// - Parameter isShared: it stays, so those who are sent it share its bytes. Otherwise each of them
    ///   counts as the only one that has it.
    package init(_ content: Content, isShared: Bool = true) {
        self.content = content
        plain = Form(content.plain, of: content, isShared: isShared)
        compressed = content.compressed.map { Form($0, of: content, isShared: isShared) }
    }

    /// Answers GET or HEAD. `headers` follow the content's own fields; `refusalHeaders` are those of 412
    /// and 416 if they are others.
    package func answer(
        _ exchange: Exchange, headers: [HeaderField] = [], refusalHeaders: [HeaderField]? = nil
    ) {
        let form = Content.takesCompressed(exchange.request) ? compressed ?? plain : plain
        let refusalHeaders = refusalHeaders ?? headers
        content.answer(exchange, with: form.representation, headers: refusalHeaders) {
            exchange.respond(form.whole, headers: headers)
        } notModified: {
            exchange.respond(form.notModified, headers: headers)
        }
    }
}
