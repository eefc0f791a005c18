import Foundation
import Testing
import Text

struct TimestampTests {
    @Test(
        "a time is written in RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_709_164_800_001, "2024-02-29T00:00:00.001Z"),
            (1_798_761_599_999, "2026-12-31T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] as [(UInt64, String)])
    func known(ms: UInt64, text: String) {
        #expect(Timestamp.rfc3339(ms: ms) == text)
    }

    @Test("every day of four centuries agrees with the calendar of the standard library's C")
    func everyDay() {
        for day in stride(from: 0, to: 146_097, by: 1) {
            var seconds = time_t(day * 86_400)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            let expected = String(
                format: "%04d-%02d-%02dT00:00:00.000Z", parts.tm_year + 1_900, parts.tm_mon + 1,
                parts.tm_mday)
            guard Timestamp.rfc3339(ms: UInt64(day) * 86_400_000) == expected else {
                Issue.record("day \(day): \(expected)")
                return
            }
        }
    }
}
