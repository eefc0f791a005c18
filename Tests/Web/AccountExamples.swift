// An account to make pages of.

@testable import Web

extension AccountPage {
    /// The morning of 22 November 2026.
    static let nowMs: UInt64 = 1_795_334_400_000

    static func example(
        sessions: [Session] = [.example()], streamKeyCreatedAtMs: UInt64? = nil,
        newStreamKey: String? = nil, broadcasts: [Broadcast] = [], notice: String? = nil,
        fault: Fault? = nil
    ) -> AccountPage {
        AccountPage(
            name: "alice", createdAtMs: nowMs - 40 * 86_400_000, origin: "https://localhost:8443",
            sessions: sessions, streamKeyCreatedAtMs: streamKeyCreatedAtMs,
            newStreamKey: newStreamKey, broadcasts: broadcasts, notice: notice, fault: fault,
            nowMs: nowMs)
    }
}

extension AccountPage.Session {
    static func example(
        id: String = "0a", hoursAgo: UInt64 = 0, address: String = "127.0.0.1",
        userAgent: String =
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        isCurrent: Bool = true
    ) -> Self {
        let seenAtMs = AccountPage.nowMs - hoursAgo * 3_600_000
        return Self(
            id: id, createdAtMs: seenAtMs - 5 * 86_400_000, lastSeenAtMs: seenAtMs,
            address: address, userAgent: userAgent, isCurrent: isCurrent)
    }
}
