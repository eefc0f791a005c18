// A moment as people write it, in UTC: "22 Nov 2026, 08:15 UTC". Scripts put it into the time
// zone of whoever reads it (Assets/account/local-times.js).

struct CalendarTime {
    private let year: Int
    private let month: Int
    private let day: Int
    private let hour: Int
    private let minute: Int
    private let second: Int

    /// `ms` is since 1970, proleptic Gregorian calendar, without leap seconds. What is later than
    /// the year 9999 counts as its end.
    init(ms: UInt64) {
        let seconds = Int(min(ms / 1_000, 253_402_300_799))
        second = seconds % 60
        minute = seconds / 60 % 60
        hour = seconds / 3_600 % 24
        // Years that begin in March, so that the leap day is the last: counted from 1 March of the
        // year 0, in cycles of 400 years.
        let days = seconds / 86_400 + 719_468
        let dayOfCycle = days % 146_097
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        // 153 days in every five months from March on.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = days / 146_097 * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
    }

    /// "22 November 2026"
    var date: String { "\(day) \(Self.months[month - 1]) \(year)" }

    /// "22 Nov 2026, 08:15 UTC"
    var dateAndTime: String {
        "\(day) \(Self.months[month - 1].prefix(3)) \(year), \(twoDigits(hour)):\(twoDigits(minute)) UTC"
    }

    /// As HTML's time element wants it: "2026-11-22T08:15:30Z".
    var machineText: String {
        let digits = String(year)
        let fourDigits = String(repeating: "0", count: 4 - digits.count) + digits
        return "\(fourDigits)-\(twoDigits(month))-\(twoDigits(day))"
            + "T\(twoDigits(hour)):\(twoDigits(minute)):\(twoDigits(second))Z"
    }

    /// A time element; scripts put it into local time.
    func html(withTime: Bool) -> String {
        let kind = withTime ? "date-time" : "date"
        return "<time datetime=\"\(machineText)\" data-local=\"\(kind)\">"
            + "\(withTime ? dateAndTime : date)</time>"
    }

    private func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
}
