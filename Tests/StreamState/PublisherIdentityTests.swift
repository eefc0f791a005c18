import StreamState
import Testing

@Suite struct PublisherIdentityTests {
    private let accounts = (0..<50 as Range<UInt8>).map { PublisherIdentity.account([1, $0]) }
    private let networks = (0..<50 as Range<UInt64>).map(PublisherIdentity.network)

    @Test("identities of accounts are told from those of networks") func kinds() {
        #expect(accounts.allSatisfy(PublisherIdentity.isAccount))
        #expect(!networks.contains(where: PublisherIdentity.isAccount))
    }

    @Test("publishers have identities of their own") func distinct() {
        #expect(Set(accounts + networks).count == 100)
    }

    @Test("an identity is what rings that are on disk have") func stable() {
        #expect(PublisherIdentity.digest("") == 0xcbf2_9ce4_8422_2325)
        #expect(PublisherIdentity.digest("a") == 0xaf63_dc4c_8601_ec8c)
    }
}
