// Checks certificate and key without a TLS library, which this process does not have: whether they
// can be read and look right. A worker says at its start whether they belong together.

import Settings

enum CertificateCheck {
    /// Reads the pair, and checks what can be checked here.
    static func read(
        _ settings: Settings
    ) throws(StartError) -> (certificate: [UInt8], key: [UInt8]) {
        let certificateBytes = try contents(settings.certificateFile, what: "certificate")
        let certificate = String(decoding: certificateBytes, as: UTF8.self)
        guard certificate.contains("-----BEGIN CERTIFICATE-----") else {
            throw StartError(
                message: "\(settings.certificateFile) contains no certificate in PEM "
                    + "(-----BEGIN CERTIFICATE-----); give the chain with --cert", exitCode: 1)
        }
        let keyBytes = try contents(settings.keyFile, what: "key")
        let key = String(decoding: keyBytes, as: UTF8.self)
        guard key.contains("PRIVATE KEY-----") else {
            throw StartError(
                message: "\(settings.keyFile) contains no private key in PEM "
                    + "(-----BEGIN PRIVATE KEY-----); give the certificate's key with --key",
                exitCode: 1)
        }
        guard !key.contains("ENCRYPTED") else {
            throw StartError(
                message: "the key \(settings.keyFile) has a pass phrase; remove it with "
                    + "openssl pkey -in FILE -out NEWFILE", exitCode: 1)
        }
        return (certificateBytes, keyBytes)
    }

    private static func contents(_ path: String, what: String) throws(StartError) -> [UInt8] {
        try SmallFile.contents(path, what: what, limitBytes: Limits.certificateFileBytes)
    }
}
