// When the log says that the certificate is about to expire.

import Testing

@testable import Supervisor

struct ExpiryNoticeTests {
    private static let day: UInt64 = 86_400

    private func notice(leftS: Int64, expiresUnixS: UInt64 = 2_000_000_000) -> ExpiryNotice? {
        ExpiryNotice(
            expiresUnixS: expiresUnixS, nowUnixS: UInt64(Int64(expiresUnixS) - leftS),
            path: "/etc/weir/certificate.pem")
    }

    @Test("nothing is said while there are weeks left, or when nobody knows")
    func silence() {
        #expect(notice(leftS: Int64(21 * Self.day)) == nil)
        #expect(notice(leftS: Int64(400 * Self.day)) == nil)
        #expect(ExpiryNotice(expiresUnixS: 0, nowUnixS: 1, path: "") == nil)
    }

    @Test("a warning comes first, then an error, then what clients see")
    func events() {
        #expect(notice(leftS: Int64(21 * Self.day) - 1)?.event == .certificateExpiresSoon)
        #expect(notice(leftS: Int64(3 * Self.day))?.event == .certificateExpiresSoon)
        #expect(notice(leftS: Int64(3 * Self.day) - 1)?.event == .certificateExpiresNow)
        #expect(notice(leftS: 1)?.event == .certificateExpiresNow)
        #expect(notice(leftS: 0)?.event == .certificateExpired)
        #expect(notice(leftS: -Int64(Self.day))?.event == .certificateExpired)
    }

    @Test("the line names the file, the days that are left, and what to do")
    func texts() {
        let begin = "the certificate /etc/weir/certificate.pem"
        #expect(
            notice(leftS: Int64(20 * Self.day))?.text == "\(begin) expires in 20 days; renew it")
        #expect(notice(leftS: Int64(Self.day))?.text == "\(begin) expires in 1 day; renew it")
        #expect(notice(leftS: 60)?.text == "\(begin) expires within a day; renew it")
        #expect(
            notice(leftS: -1)?.text == "\(begin) has expired: clients refuse it; renew it")
    }
}
