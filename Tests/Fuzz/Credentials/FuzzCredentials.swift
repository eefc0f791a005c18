// Fuzzes what reads names and secrets, as clients present them and as stores keep them: hostile bytes
// must not trap, and what is accepted has one meaning and one spelling.
//
// Every reader gets the whole input.
//
// Run it with the directory of the corpus:
//   FuzzCredentials Tests/Fuzz/Credentials/Corpus -dict=Tests/Fuzz/Credentials/credentials.dict

import FuzzDriver
import StreamState
import Text

@testable import Accounts
@testable import HTTP

@main
enum FuzzCredentials {
    static func main() { fuzz(check) }
}

private func check(_ bytes: [UInt8]) {
    checkBase64(bytes)
    // As header fields become texts.
    let text = String(decoding: bytes, as: UTF8.self)
    checkAuthorization(text)
    checkNamedValues(text)
    checkToken(text)
    checkDeviceToken(text)
    checkPasswordHash(text)
    checkName(text)
    checkNetworkPrefix(text)
}

/// Six bits a character; and what Accounts writes, HTTP reads.
private func checkBase64(_ bytes: [UInt8]) {
    if let decoded = Base64.bytes(bytes) {
        let characterCount = bytes.count { $0 != UInt8(ascii: "=") }
        precondition(decoded.count == characterCount * 6 / 8, "bytes from nowhere")
    }
    let encoded = Base64.standard.text(bytes)
    precondition(Base64.bytes(encoded.utf8) == bytes, "base64 changes what it carries")
}

private func checkAuthorization(_ text: String) {
    if let secret = AuthorizationField.secret(text) {
        precondition(secret.utf8.count < text.utf8.count, "a secret from nowhere")
        checkToken(secret)
    }
    let encoded = Base64.standard.text(Array(("user:" + text).utf8))
    precondition(isSame(AuthorizationField.secret("Basic " + encoded), text), "Basic loses some")
}

/// A value is found again when it stands alone, and none is longer than its list.
private func checkNamedValues(_ text: String) {
    for value in NamedValues.inQuery(text[...], named: "key") {
        precondition(value.utf8.count + 4 <= text.utf8.count, "a value from nowhere")
        let again = NamedValues.inQuery("key=\(value)", named: "key")
        precondition(again.count == 1 && isSame(again[0], value), "a value changes")
        checkToken(value)
    }
    for value in NamedValues.inCookies(text, named: "__Host-weir") {
        precondition(value.utf8.count + 12 <= text.utf8.count, "a value from nowhere")
        let again = NamedValues.inCookies("__Host-weir=\(value)", named: "__Host-weir")
        precondition(again.count == 1 && isSame(again[0], value), "a value changes")
        checkToken(value)
    }
}

/// What is taken for a secret is visible ASCII, and of one kind; digests have one spelling.
private func checkToken(_ text: some StringProtocol) {
    let digests = SecretToken.Kind.allCases.compactMap { SecretDigest($0, presented: text) }
    precondition(digests.count <= 1, "a secret of two kinds")
    if let digest = digests.first {
        precondition(text.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a secret of odd bytes")
        precondition(SecretDigest(hex: digest.hex) == digest, "a digest changes")
    }
    if let digest = SecretDigest(hex: text) {
        precondition(isSame(digest.hex, text), "a digest has two spellings")
    }
}

/// Only what we have made is one, and nothing else beside or within it.
private func checkDeviceToken(_ text: String) {
    guard let name = try? StreamName("anna") else { fatalError("a name is refused") }
    let key = DeviceKey(bytes: [UInt8](repeating: 7, count: DeviceKey.byteCount))
    precondition(DeviceToken(presented: text, for: name, key: key) == nil, "made by whom?")
    let token = DeviceToken(for: name, passwordHash: text, key: key)
    guard let again = DeviceToken(presented: token.text, for: name, key: key),
        again.fits(name, passwordHash: text, key: key)
    else { fatalError("a token of ours is refused") }
    guard !text.isEmpty else { return }
    precondition(
        DeviceToken(presented: token.text + text, for: name, key: key) == nil
            && DeviceToken(presented: text + token.text, for: name, key: key) == nil,
        "a token is found within a text")
}

/// Parameters have one spelling. The library gets to see what is cheap.
private func checkPasswordHash(_ text: String) {
    guard let parameters = PasswordHash.Parameters(encoded: text) else { return }
    precondition(text.hasPrefix(parameters.prefix + "$"), "parameters have two spellings")
    guard parameters.memoryKiB <= 64, parameters.passes <= 1, parameters.lanes <= 1 else { return }
    _ = try? PasswordHash.verify("password", against: text)
}

/// A name is a safe component of a path, and means itself.
private func checkName(_ text: String) {
    guard let name = try? StreamName(text) else { return }
    precondition((3...32).contains(name.text.utf8.count), "a name of odd length")
    for byte in name.text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            break
        default: fatalError("a name of odd bytes")
        }
    }
    precondition((try? StreamName(name.text)) == name, "a name changes")
}

/// It fits a key of the store, and is the prefix of itself.
private func checkNetworkPrefix(_ text: String) {
    let prefix = NetworkPrefix.text(of: text)
    precondition(prefix.utf8.count <= 64, "a long prefix")
    precondition(isSame(NetworkPrefix.text(of: prefix), prefix), "a prefix changes")
}

/// Whether they have the same bytes: to String, "é" is the same in one scalar and in two.
private func isSame(_ one: (some StringProtocol)?, _ other: some StringProtocol) -> Bool {
    one.map { $0.utf8.elementsEqual(other.utf8) } ?? false
}
