// Networks as operators write them.

import Testing

@testable import Settings

struct NetworkRangeTests {
    @Test(
        "a network is read and written in one form",
        arguments: [
            ("192.0.2.0/24", "192.0.2.0/24"), ("192.0.2.7", "192.0.2.7/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8:0::/32", "2001:db8::/32"), ("::1", "::1/128"), ("10.0.0.0/8", "10.0.0.0/8"),
        ])
    func forms(_ text: String, _ written: String) {
        #expect(NetworkRange.parse(text)?.description == written)
    }

    @Test(
        "what is no network, or contradicts itself, is refused",
        arguments: [
            "", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.1/24", "192.0.2/24", "2001:db8::1/32",
            "::/129", "192.0.2.0/+4", "192.0.2.0/0x8", "host", "192.0.2.0/24/1", " 192.0.2.1",
            "[::1]",
        ])
    func refused(_ text: String) {
        #expect(NetworkRange.parse(text) == nil)
    }

    @Test(
        "an address is in the network whose bits it shares",
        arguments: [
            ("192.0.2.0/24", [192, 0, 2, 255], true), ("192.0.2.0/24", [192, 0, 3, 0], false),
            ("192.0.2.128/25", [192, 0, 2, 128], true),
            ("192.0.2.128/25", [192, 0, 2, 127], false),
            ("0.0.0.0/0", [8, 8, 8, 8], true), ("192.0.2.7", [192, 0, 2, 7], true),
            ("192.0.2.7", [192, 0, 2, 6], false), ("::/0", [192, 0, 2, 7], false),
            ("0.0.0.0/0", [], false),
        ] as [(String, [UInt8], Bool)])
    func membership(_ network: String, _ address: [UInt8], _ isIn: Bool) {
        #expect(NetworkRange.parse(network)?.contains(address) == isIn)
    }
}
