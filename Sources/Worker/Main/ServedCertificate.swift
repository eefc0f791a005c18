// The certificate that a worker serves with, and its key. They come in memory files, as the supervisor read
// them.

import ControlChannel
import HTTP
import LinuxIO
import Settings

struct ServedCertificate {
    let tls: TLSContext
    let facts: CertificateFacts

    /// Errors: CertificateFaultText, in words for the operator. An expired certificate is a fault only in
    /// a trial, when another generation has one that may still be good.
    init(_ launch: WorkerLaunch, _ settings: Settings) throws {
        let certificate = try Self.contents(launch.certificateDescriptor)
        let key = try Self.contents(launch.keyDescriptor)
        do {
            facts = try CertificateFacts(pem: certificate, keyPEM: key)
            let nowSeconds = Int64(WallClock.nowMs() / 1_000)
            if launch.role == .trial, let fault = facts.fault(atSeconds: nowSeconds) {
                throw fault
            }
            tls = try TLSContext(
                chain: try CertificateChain(pem: certificate), key: try PrivateKey(pem: key))
        } catch let fault as CertificateFault {
            throw CertificateFaultText(
                description: fault.text(
                    certificate: Quoted.printable(settings.certificateFile),
                    key: Quoted.printable(settings.keyFile)))
        }
    }

    private static func contents(_ raw: Int32) throws(SystemError) -> [UInt8] {
        try MemoryFile.contents(
            of: try Descriptor(inherited: raw), limitBytes: Limits.certificateFileBytes)
    }
}

/// A fault with the names of the files.
struct CertificateFaultText: Error, CustomStringConvertible {
    let description: String
}
