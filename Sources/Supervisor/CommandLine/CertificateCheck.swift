// Checks certificate and key without a TLS library, which this process does not have: whether they
// can be read and look right. A worker says at its start whether they belong together.

import Settings

enum CertificateCheck {
    static func check(_ settings: Settings) throws(StartError) {
        let certificate = try pem(settings.certificateFile, what: "certificate")
        guard certificate.contains("-----BEGIN CERTIFICATE-----") else {
            throw StartError(
                message: "\(settings.certificateFile) contains no certificate in PEM "
                    + "(-----BEGIN CERTIFICATE-----); give the chain with --cert", exitCode: 1)
        }
        let key = try pem(settings.keyFile, what: "key")
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
    }

    private static func pem(_ path: String, what: String) throws(StartError) -> String {
        let bytes = try SmallFile.contents(
            path, what: what, limitBytes: Limits.certificateFileBytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
