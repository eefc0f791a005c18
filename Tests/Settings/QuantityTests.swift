// Sizes and times from and to text.

import Testing

@testable import Settings

struct QuantityTests {
    @Test(
        "a size is a number of bytes with an optional binary unit",
        arguments: [
            ("0", 0), ("1", 1), ("1048576", 1_048_576), ("64B", 64), ("2K", 2_048),
            ("2k", 2_048), ("2KiB", 2_048), ("64M", 67_108_864), ("64MiB", 67_108_864),
            ("4G", 4_294_967_296), ("4GiB", 4_294_967_296),
        ])
    func size(text: String, bytes: Int) {
        #expect(ByteSize.parse(text) == bytes)
    }

    @Test(
        "what is not exactly a size is refused",
        arguments: [
            "", " 1", "1 ", "-1", "+1", "1.5M", "M", "1MB", "1T", "1 M", "0x10", "١",
            "99999999999999999999", "9999999999999999999G", "999999999999999999G",
        ])
    func noSize(text: String) {
        #expect(ByteSize.parse(text) == nil)
    }

    @Test(
        "the text of a size parses to the same size",
        arguments: [0, 1, 1_023, 1_024, 1_048_576, 33_554_432, 4_294_967_296, 1_500_000])
    func sizeText(bytes: Int) {
        #expect(ByteSize.parse(ByteSize.text(bytes)) == bytes)
    }

    @Test(
        "a time is in seconds, with up to three decimals",
        arguments: [
            ("0", 0), ("15", 15_000), ("1.5", 1_500), ("0.25", 250), ("0.001", 1),
            ("10.050", 10_050),
        ] as [(String, UInt64)])
    func time(text: String, ms: UInt64) {
        #expect(Seconds.parseMs(text) == ms)
    }

    @Test(
        "what is not exactly a time is refused",
        arguments: ["", ".5", "5.", "1.2345", "-1", "1e3", "15s", "1.2.3", "9999999999999", "inf"])
    func noTime(text: String) {
        #expect(Seconds.parseMs(text) == nil)
    }

    @Test(
        "the text of a time parses to the same time",
        arguments: [0, 1, 10, 250, 1_000, 1_500, 60_000, 3_600_000] as [UInt64])
    func timeText(ms: UInt64) {
        #expect(Seconds.parseMs(Seconds.text(ms: ms)) == ms)
    }
}
