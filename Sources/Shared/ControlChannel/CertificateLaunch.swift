// What `weir check-config` asks of the weir-worker that takes its place, because the supervisor's
// executable knows no TLS library: to look at a certificate and its key. Their contents come in
// sealed memory files.

package struct CertificateLaunch: Equatable, Sendable {
    package let certificateDescriptor: Int32
    package let keyDescriptor: Int32
    /// Where they were read from, for messages.
    package let certificatePath: String
    package let keyPath: String

    package init(
        certificateDescriptor: Int32, keyDescriptor: Int32, certificatePath: String,
        keyPath: String
    ) {
        self.certificateDescriptor = certificateDescriptor
        self.keyDescriptor = keyDescriptor
        self.certificatePath = certificatePath
        self.keyPath = keyPath
    }

    /// The first argument. It tells these arguments from those of other launches.
    package static let word = "certificate"

    /// The worker's arguments, without the program's name.
    package var arguments: [String] {
        [Self.word, "\(certificateDescriptor)", "\(keyDescriptor)", certificatePath, keyPath]
    }

    /// Reads the arguments back; nil if they are not in the form that `arguments` makes.
    package init?(arguments: [String]) {
        guard arguments.count == 5, arguments[0] == Self.word,
            let certificate = Int32(arguments[1]), certificate > 2,
            let key = Int32(arguments[2]), key > 2
        else { return nil }
        self.init(
            certificateDescriptor: certificate, keyDescriptor: key,
            certificatePath: arguments[3], keyPath: arguments[4])
    }
}
