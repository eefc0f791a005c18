import Testing

@testable import Web

@Suite struct AccountWordsTests {
    @Test(
        "moments are told in the calendar",
        arguments: [
            (0, "1970-01-01T00:00:00Z", "1 January 1970"),
            (951_782_399_999, "2000-02-28T23:59:59Z", "28 February 2000"),
            (951_782_400_000, "2000-02-29T00:00:00Z", "29 February 2000"),
            (951_868_800_000, "2000-03-01T00:00:00Z", "1 March 2000"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z", "1 March 2100"),
            (1_798_761_599_000, "2026-12-31T23:59:59Z", "31 December 2026"),
            (UInt64.max, "9999-12-31T23:59:59Z", "31 December 9999"),
        ] as [(UInt64, String, String)])
    func calendar(ms: UInt64, machineText: String, date: String) {
        #expect(CalendarTime(ms: ms).machineText == machineText)
        #expect(CalendarTime(ms: ms).date(.english) == date)
    }

    @Test(
        "browsers and systems are recognised behind what they all claim to be",
        arguments: [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                "Firefox on Linux"
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                    + "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge on Windows"
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
                    + "Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome on Android"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
                    + "(KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone"
            ),
            ("curl/8.1", "curl"), ("", "An unknown program"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X)", "A browser on macOS"),
        ])
    func browser(userAgent: String, text: String) {
        #expect(BrowserWords.describe(userAgent: userAgent, .english) == text)
    }

    @Test(
        "sizes are told in thousands with two digits at least",
        arguments: [
            (0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (1_949, "1.9 kB"),
            (9_949, "9.9 kB"), (9_950, "10 kB"), (999_499, "999 kB"), (999_500, "1.0 MB"),
            (12_345_678_901, "12 GB"), (UInt64.max, "18446744 TB"),
        ] as [(UInt64, String)])
    func bytes(bytes: UInt64, text: String) {
        #expect(Words.english.bytes(bytes) == text)
    }

    @Test(
        "durations have hours when there are some",
        arguments: [
            (0, "0:00"), (65_999, "1:05"), (3_599_999, "59:59"), (3_723_000, "1:02:03"),
        ] as [(UInt64, String)])
    func duration(ms: UInt64, text: String) {
        #expect(Words.duration(ms: ms) == text)
    }

    @Test(
        "when somebody was seen is told in the largest unit that says something",
        arguments: [
            (0, "seen within the last hour"), (3_600_000, "last seen 1 hour ago"),
            (47 * 3_600_000, "last seen 47 hours ago"), (48 * 3_600_000, "last seen 2 days ago"),
        ] as [(UInt64, String)])
    func seen(ms: UInt64, text: String) {
        #expect(Words.english.seen(msAgo: ms, from: nil) == text)
    }
}
