// What `weir check-config` hands to weir-worker, as arguments and back.

import Testing

@testable import ControlChannel

@Suite("A launch about a certificate")
struct CertificateLaunchTests {
    @Test("survives as arguments")
    func roundTrip() {
        let launch = CertificateLaunch(
            certificateDescriptor: 3, keyDescriptor: 4, certificatePath: "a b", keyPath: "--key")
        #expect(CertificateLaunch(arguments: launch.arguments) == launch)
    }

    @Test(
        "is nothing else",
        arguments: [
            [], ["certificate"], ["certificate", "3", "4", "a"], ["user", "3", "4", "a", "b"],
            ["certificate", "3", "4", "a", "b", "c"], ["certificate", "2", "4", "a", "b"],
            ["certificate", "3", "x", "a", "b"],
        ])
    func others(arguments: [String]) {
        #expect(CertificateLaunch(arguments: arguments) == nil)
    }
}
