// Whether a code says what it should, Tests/EndToEnd asks a reader of QR codes.

import QRCode
import Testing

@Suite struct QRCodeTests {
    @Test("a code has four light modules around it")
    func quietZone() throws {
        let code = try #require(QRCode("https://live.example/anna/watchLive"))
        let side = code.width + 8
        #expect(code.svg.contains("viewBox=\"0 0 \(side) \(side)\""))
        // The finder in the first corner: seven dark modules.
        #expect(code.svg.contains("<path d=\"M4 4h7v1h-7z"))
    }

    @Test(
        "what no code can hold gives none", arguments: ["", String(repeating: "x", count: 5_000)])
    func impossible(text: String) {
        #expect(QRCode(text) == nil)
    }
}
