// A moment in the calendar: proleptic Gregorian, UTC, without leap seconds. Pure, and without Foundation:
// the calendar is a few divisions once the year is taken to start in March, so that leap days come last.

package struct CivilTime: Equatable, Sendable {
    package let year: Int
    /// 1 is January.
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int

    /// `ms` counts from 1970-01-01T00:00:00Z.
    package init(ms: UInt64) {
        let seconds = Int(ms / 1_000)
        second = seconds % 60
        minute = seconds / 60 % 60
        hour = seconds / 3_600 % 24
        // Days since 0000-03-01; 146,097 days are 400 years, after which the calendar repeats.
        let days = seconds / 86_400 + 719_468
        let dayOfCycle = days % 146_097
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        // Months from March on have 31, 30, 31, 30, 31 days and again: 153 days every five months.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = days / 146_097 * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
    }

    /// RFC 3339: "2026-11-22T08:15:30", to which the zone and perhaps a fraction are added.
    package var text: String {
        let date = "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))"
        return "\(date)T\(hour.padded(to: 2)):\(minute.padded(to: 2)):\(second.padded(to: 2))"
    }
}

extension Int {
    /// In decimal, padded with zeros to a width.
    package func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
