// What can be wrong with a pair of certificate and key, in words for the operator: which file, what,
// and what to do. Times are in Unix seconds.

import Text

package enum CertificateFault: Error, Equatable, Sendable {
    case noCertificate
    case tooManyCertificates(limit: Int)
    /// The file's certificate of this number, from 1, cannot be read.
    case brokenCertificate(number: Int, reason: String)
    case noKey
    case brokenKey(reason: String)
    case keyHasPassPhrase
    case mismatch
    /// The key belongs to a certificate further down in the file, whose number this is.
    case ownIsNotFirst(number: Int)
    case expired(atSeconds: Int64)
    case notYetValid(fromSeconds: Int64)
    /// The certificate of this number was not issued by the one behind it. Some clients find their
    /// way all the same.
    case wrongOrder(number: Int)

    /// One line without a full stop: the cause and the remedy.
    package func text(certificate: String, key: String) -> String {
        switch self {
        case .noCertificate:
            "\(certificate) contains no certificate in PEM (-----BEGIN CERTIFICATE-----); "
                + "give the chain, the server's own certificate first"
        case .tooManyCertificates(let limit):
            "\(certificate) holds more than \(limit) certificates; give only the server's own "
                + "and those that lead to its authority"
        case .brokenCertificate(let number, let reason):
            "certificate \(number) in \(certificate) cannot be read: \(reason); "
                + "check that the file is whole"
        case .noKey:
            "\(key) contains no private key in PEM (-----BEGIN PRIVATE KEY-----); "
                + "give the certificate's key"
        case .brokenKey(let reason):
            "the private key \(key) cannot be read: \(reason); check that the file is whole"
        case .keyHasPassPhrase:
            "the private key \(key) has a pass phrase; remove it with "
                + "openssl pkey -in FILE -out NEWFILE"
        case .mismatch:
            "the private key \(key) does not belong to the certificate \(certificate); "
                + "give the key that the certificate was made for"
        case .ownIsNotFirst(let number):
            "the private key \(key) belongs to certificate \(number) in \(certificate), not to "
                + "the first; put the server's own certificate first"
        case .expired(let seconds):
            "the certificate \(certificate) has expired on \(Self.time(seconds)); renew it"
        case .notYetValid(let seconds):
            "the certificate \(certificate) is valid only from \(Self.time(seconds)) on; "
                + "check the clock of this machine"
        case .wrongOrder(let number):
            "certificate \(number) in \(certificate) was not issued by the one behind it, so some "
                + "clients will not trust this server; let each be followed by its issuer"
        }
    }

    static func time(_ seconds: Int64) -> String {
        CivilTime(ms: UInt64(clamping: seconds) * 1_000).text + "Z"
    }
}
