// A moment as people write it, in UTC, in their language: "22 Nov 2026, 08:15 UTC". Scripts convert it to the reader's time
// zone (Assets/account/local-times.js).

import Text

struct CalendarTime {
    private let time: CivilTime

    /// What is later than the year 9999 counts as its end.
    init(ms: UInt64) {
        time = CivilTime(ms: min(ms, 253_402_300_799_999))
    }

    /// "22 November 2026"
    func date(_ words: Words) -> String {
        words("date.long", parts(month: words("month.\(time.month)")))
    }

    /// "22 Nov 2026, 08:15 UTC"
    func dateAndTime(_ words: Words) -> String {
        let date = words("date.short", parts(month: words("month.short.\(time.month)")))
        let clock = "\(time.hour.padded(to: 2)):\(time.minute.padded(to: 2))"
        return words("date.with-time", ["date": date, "time": clock])
    }

    private func parts(month: String) -> [String: String] {
        ["day": "\(time.day)", "month": month, "year": "\(time.year)"]
    }

    /// As HTML's time element wants it: "2026-11-22T08:15:30Z".
    var machineText: String { time.text + "Z" }

    /// A time element; scripts put it into local time.
    func html(_ words: Words, withTime: Bool) -> String {
        let kind = withTime ? "date-time" : "date"
        return "<time datetime=\"\(machineText)\" data-local=\"\(kind)\">"
            + "\(withTime ? dateAndTime(words) : date(words))</time>"
    }
}
