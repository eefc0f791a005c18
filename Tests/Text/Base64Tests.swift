import Testing
import Text

@Suite struct Base64Tests {
    @Test(
        "base64 as in RFC 4648, section 10, without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
        ])
    func base64(_ bytes: String, _ text: String) {
        #expect(Base64.standard.text(Array(bytes.utf8)) == text)
    }

    @Test("the two alphabets differ in two characters")
    func alphabets() {
        #expect(Base64.standard.text([0xFB, 0xFF]) == "+/8")
        #expect(Base64.forAddresses.text([0xFB, 0xFF]) == "-_8")
    }

    @Test("what was written is read again, with padding or without")
    func roundTrip() {
        for count in 0..<64 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            let text = Base64.standard.text(bytes)
            let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
            #expect(Base64.bytes(text.utf8) == bytes)
            #expect(Base64.bytes((text + padding).utf8) == bytes)
        }
    }

    @Test("what is not base64 is nil", arguments: ["Z", "Zg===", "Zm=9", "Zm8 ", "Z-8", "Zm8\n"])
    func others(text: String) {
        #expect(Base64.bytes(text.utf8) == nil)
    }
}
