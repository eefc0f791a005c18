// Fuzzes what is read of a question for a player (`/api/oembed`), and the line of HTML that answers it. Hostile
// bytes must not trap; what is refused has a status of oEmbed; a channel that is found is found again at the
// address that its page gives; the line has the elements and attributes of a frame, whatever it is called.
//
// An input is a query, and after a line feed, if there is one, the authority that the client has called this server
// by.
//
// Run it with the directory of the corpus:
//   FuzzOEmbed Tests/Fuzz/OEmbed/Corpus -dict=Tests/Fuzz/OEmbed/oembed.dict

import FuzzDriver
import HTTP

@testable import ChannelRoutes
@testable import Web

@main
enum FuzzOEmbed {
    static func main() { fuzz(check) }
}

private func check(_ bytes: [UInt8]) {
    let lines = bytes.split(
        separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    let query = String(decoding: lines[0], as: UTF8.self)
    let origin = lines.count == 2 ? "https://" + String(decoding: lines[1], as: UTF8.self) : nil
    for origin in [origin, "https://h:1", nil] { check(query, origin) }
}

private func check(_ query: String, _ origin: String?) {
    let question: OEmbedQuestion
    do throws(Problem) {
        question = try OEmbedQuestion(query: query[...], origin: origin)
    } catch {
        return precondition([400, 404, 501].contains(error.status), "oEmbed knows no such status")
    }
    guard let origin else { preconditionFailure("a server that is not named has no channels") }
    precondition(question.origin == origin)
    let (code, name) = (question.code, question.name.text)
    precondition(1...640 ~= code.width && 1...360 ~= code.height, "a frame has bounds")
    checkAgain(question, "url=\("\(origin)/\(name)/watchLive".queryEscaped)")
    let html = code.html(origin: origin, name: name, title: query)
    let count = { (mark: Unicode.Scalar) in html.utf8.count { $0 == UInt8(ascii: mark) } }
    precondition(count("<") == 2 && count(">") == 2, "more than a frame")
    precondition(count("\"") == 12, "more than its attributes")
}

/// As the page of the channel asks (LinkPreview).
private func checkAgain(_ question: OEmbedQuestion, _ query: String) {
    let again = try? OEmbedQuestion(query: query[...], origin: question.origin)
    // HTTP refuses other authorities before anybody is asked.
    let authority = question.origin.dropFirst("https://".count)
    guard authority.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !"/?#".utf8.contains($0) }) else {
        return
    }
    precondition(again?.name == question.name, "the page's own address is another one")
}
