// What `weir check-config` says about the certificate: for whom it is, how long it holds, and what
// will trouble clients. A pair that no server could start with is a fault.
//
// An expired certificate is not such a fault. A server that starts with one still answers an ACME
// client's challenge, and so gets a new one.
//
// Unsafe use: write(2) gets the pointer and the length of one array that lives across the call.

import ControlChannel
import Glibc
import HTTP
import LinuxIO
import Settings

struct CertificateReport: Equatable {
    var notes: [String] = []
    var fault: String?

    init(certificate: [UInt8], key: [UInt8], launch: CertificateLaunch, nowSeconds: Int64) {
        let text = { (fault: CertificateFault) in
            fault.text(certificate: launch.certificatePath, key: launch.keyPath)
        }
        do throws(CertificateFault) {
            let facts = try CertificateFacts(pem: certificate, keyPEM: key)
            notes.append("the certificate is made out to \(facts.summary)")
            if let fault = facts.fault(atSeconds: nowSeconds) { notes.append(text(fault)) }
            if let fault = facts.orderFault { notes.append(text(fault)) }
        } catch {
            fault = text(error)
        }
    }

    /// Says it, and ends the process as `weir check-config` ends.
    static func run(arguments: [String]) -> Never {
        guard let launch = CertificateLaunch(arguments: arguments) else { exit(2) }
        let contents = { (raw: Int32) throws(SystemError) in
            try MemoryFile.contents(
                of: Descriptor(inherited: raw), limitBytes: Limits.certificateFileBytes)
        }
        do throws(SystemError) {
            let report = Self(
                certificate: try contents(launch.certificateDescriptor),
                key: try contents(launch.keyDescriptor), launch: launch,
                nowSeconds: Int64(WallClock.nowMs() / 1_000))
            for note in report.notes { print("note: \(note)") }
            guard let fault = report.fault else { exit(0) }
            complain(fault)
        } catch {
            complain("the certificate cannot be handed on: \(error.message)")
        }
        exit(2)
    }

    private static func complain(_ line: String) {
        let bytes = Array("weir: \(line)\n".utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
