// Content that is the same for everyone and stays in memory: an asset, or a page for strangers. The
// usual answers are made once, and all who get one share its bytes.
//
// Owner: the loop's thread.

package final class Resource {
    private final class Form {
        let representation: Content.Representation
        let whole: PreparedResponse
        let notModified: PreparedResponse

        init(_ representation: Content.Representation, of content: Content) {
            self.representation = representation
            whole = PreparedResponse(
                status: 200, headers: content.allFields(of: representation),
                body: representation.bytes)
            notModified = PreparedResponse(
                status: 304, headers: content.fields(of: representation), body: nil)
        }
    }

    private let content: Content
    private let plain: Form
    private let compressed: Form?

    package init(_ content: Content) {
        self.content = content
        plain = Form(content.plain, of: content)
        compressed = content.compressed.map { Form($0, of: content) }
    }

    /// Answers GET or HEAD. `headers` follow the content's own fields.
    package func answer(_ exchange: Exchange, headers: [HeaderField] = []) {
        guard let compressed, Content.takesCompressed(exchange.request) else {
            return answer(exchange, with: plain, headers)
        }
        answer(exchange, with: compressed, headers)
    }

    private func answer(_ exchange: Exchange, with form: Form, _ headers: [HeaderField]) {
        content.answer(exchange, with: form.representation, headers: headers) {
            exchange.respond(form.whole, headers: headers)
        } notModified: {
            exchange.respond(form.notModified, headers: headers)
        }
    }
}
