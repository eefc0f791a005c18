// Wall-clock milliseconds as RFC 3339 text, in UTC. Pure, and without Foundation: the civil
// calendar is a few divisions once the year is taken to start in March, so that leap days come
// last.

package enum Timestamp {
    /// For example "2026-03-01T12:30:05.007Z". `ms` counts from 1970-01-01T00:00:00Z.
    package static func rfc3339(ms: UInt64) -> String {
        let (year, month, day) = civilDate(daysSince1970: Int(ms / 86_400_000))
        let inDay = Int(ms % 86_400_000)
        let time = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1_000 % 60]
            .map { padded($0, 2) }.joined(separator: ":")
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        return "\(date)T\(time).\(padded(inDay % 1_000, 3))Z"
    }

    private static func civilDate(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        // Days since 0000-03-01; 146,097 days are 400 years, after which the calendar repeats.
        let days = daysSince1970 + 719_468
        let cycle = days / 146_097
        let dayOfCycle = days % 146_097
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        // Months from March on have 31, 30, 31, 30, 31 days and again: 153 days every five months.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (400 * cycle + yearOfCycle + (month <= 2 ? 1 : 0), month, day)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
