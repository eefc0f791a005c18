// Turns this process into the weir-worker that looks at the certificate for `weir check-config`,
// with a TLS library, which this process does not have.

import ControlChannel
import Glibc
import LinuxIO
import Settings

enum CertificateProgram {
    /// Returns only by throwing.
    static func become(_ settings: Settings) throws {
        let limitBytes = Limits.certificateFileBytes
        let certificate = try SmallFile.contents(
            settings.certificateFile, what: "certificate", limitBytes: limitBytes)
        let key = try SmallFile.contents(settings.keyFile, what: "key", limitBytes: limitBytes)
        let program = try WorkerSpawner.findProgram()
        do throws(SystemError) {
            let launch = CertificateLaunch(
                certificateDescriptor: try inheritable(certificate).release(),
                keyDescriptor: try inheritable(key).release(),
                certificatePath: Quoted.printable(settings.certificateFile),
                keyPath: Quoted.printable(settings.keyFile))
            // What was printed so far would be lost with this program.
            fflush(nil)
            try UserProgram.execute(program, launch.arguments)
        } catch {
            throw StartError(
                message: "cannot run \(program): \(error.message); it belongs beside weir")
        }
    }

    /// A duplicate of a memory file's descriptor stays open across execv.
    private static func inheritable(_ contents: [UInt8]) throws(SystemError) -> Descriptor {
        let file = try MemoryFile.sealed(name: "weir-certificate", contents: contents)
        let raw = file.raw
        return Descriptor(owning: try systemCall("dup") { dup(raw) })
    }
}
