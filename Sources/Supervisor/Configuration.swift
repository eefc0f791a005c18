// What a generation of workers serves with: the settings, the certificate with its key, and the logo. All
// of it is read at once, so that a worker that is replaced later gets the same, whatever became of the files.

import Settings

struct Configuration {
    let settings: Settings
    /// The certificate chain and its key, PEM as in the files.
    let certificate: [UInt8]
    let key: [UInt8]
    /// A picture that was looked through; empty when there is none.
    let logo: [UInt8]

    /// Reads the files that the settings name.
    static func load(_ settings: Settings) throws(StartError) -> Configuration {
        let pair = try CertificateCheck.read(settings)
        return Configuration(
            settings: settings, certificate: pair.certificate, key: pair.key,
            logo: try LogoCheck.read(settings))
    }

    /// The same with other settings, which name the same files.
    func with(_ settings: Settings) -> Configuration {
        Configuration(settings: settings, certificate: certificate, key: key, logo: logo)
    }
}
