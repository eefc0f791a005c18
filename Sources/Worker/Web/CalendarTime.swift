// A moment as people write it, in UTC: "22 Nov 2026, 08:15 UTC". Scripts convert it to the reader's time
// zone (Assets/account/local-times.js).

import Text

struct CalendarTime {
    private let time: CivilTime

    /// What is later than the year 9999 counts as its end.
    init(ms: UInt64) {
        time = CivilTime(ms: min(ms, 253_402_300_799_999))
    }

    /// "22 November 2026"
    var date: String { "\(time.day) \(month) \(time.year)" }

    /// "22 Nov 2026, 08:15 UTC"
    var dateAndTime: String {
        "\(time.day) \(month.prefix(3)) \(time.year), "
            + "\(time.hour.padded(to: 2)):\(time.minute.padded(to: 2)) UTC"
    }

    /// As HTML's time element wants it: "2026-11-22T08:15:30Z".
    var machineText: String { time.text + "Z" }

    /// A time element; scripts put it into local time.
    func html(withTime: Bool) -> String {
        let kind = withTime ? "date-time" : "date"
        return "<time datetime=\"\(machineText)\" data-local=\"\(kind)\">"
            + "\(withTime ? dateAndTime : date)</time>"
    }

    private var month: String { Self.months[time.month - 1] }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
}
