// What the server's certificate says of itself, and whether its key belongs to it. Pure: PEM bytes
// and the time in, values out. Times are in Unix seconds.
//
// Whether a client will trust the certificate is not judged here: that depends on the client.
//
// Unsafe use: what the library hands out belongs to the certificate, which lives as long as its
// CertificateChain; texts are copied.

import COpenSSL
import Glibc
import LinuxIO
import Settings

package struct CertificateFacts: Equatable, Sendable {
    /// Whom it was made out to, for people: "CN = live.example.org".
    package let subject: String
    /// The host names and addresses that it is good for.
    package let names: [String]
    package let notBeforeSeconds: Int64
    package let notAfterSeconds: Int64
    /// The first certificate of the chain that its successor did not issue.
    package let orderFault: CertificateFault?

    /// Names that are kept; certificates with more are good for all of them nevertheless.
    private static let nameLimit = 100
    private static let nameBytes = 255
    private static let namesTold = 10

    /// Reads the first certificate of a file, and the order of those behind it.
    package init(pem: [UInt8]) throws(CertificateFault) {
        self.init(try CertificateChain(pem: pem))
    }

    /// The same for a certificate and its key, which have to belong together.
    package init(pem: [UInt8], keyPEM: [UInt8]) throws(CertificateFault) {
        let chain = try CertificateChain(pem: pem)
        let key = try PrivateKey(pem: keyPEM)
        guard unsafe key.belongs(to: chain.own) else {
            let index = unsafe chain.handles.firstIndex { unsafe key.belongs(to: $0) }
            throw index.map { .ownIsNotFirst(number: $0 + 1) } ?? .mismatch
        }
        self.init(chain)
    }

    private init(_ chain: CertificateChain) {
        let own = unsafe chain.own
        subject = unsafe Self.subject(of: own)
        names = unsafe Self.names(of: own)
        notBeforeSeconds = unsafe Self.seconds(X509_get0_notBefore(own))
        notAfterSeconds = unsafe Self.seconds(X509_get0_notAfter(own))
        orderFault = unsafe Self.orderFault(of: chain.handles)
        ERR_clear_error()
    }

    /// What is wrong with it at this time.
    package func fault(atSeconds seconds: Int64) -> CertificateFault? {
        if seconds > notAfterSeconds { return .expired(atSeconds: notAfterSeconds) }
        if seconds < notBeforeSeconds { return .notYetValid(fromSeconds: notBeforeSeconds) }
        return nil
    }

    /// For people, in one line: for whom, for which names, until when.
    package var summary: String {
        var told = names.prefix(Self.namesTold).map(Quoted.printable)
        if names.count > told.count { told.append("\(names.count - told.count) more") }
        return """
            \(Quoted.printable(subject)), for \(told.isEmpty ? "no names" : told.joined(separator: ", ")), \
            until \(CertificateFault.time(notAfterSeconds))
            """
    }

    // MARK: What the library knows

    private static func subject(of certificate: OpaquePointer) -> String {
        guard let memory = unsafe BIO_new(BIO_s_mem()) else { return "" }
        defer { unsafe BIO_free(memory) }
        _ = unsafe weir_x509_print_subject(memory, certificate)
        var text = [UInt8](repeating: 0, count: 1_024)
        let count = unsafe BIO_read(memory, &text, Int32(text.count))
        return String(decoding: text.prefix(max(0, Int(count))), as: UTF8.self)
    }

    private static func names(of certificate: OpaquePointer) -> [String] {
        guard let all = unsafe weir_x509_names(certificate) else { return [] }
        defer { unsafe weir_general_names_free(all) }
        var names: [String] = []
        for index in 0..<min(unsafe weir_general_names_count(all), Int32(nameLimit)) {
            if let host = unsafe weir_general_name(all, index, GEN_DNS) {
                unsafe names.append(String(decoding: bytes(of: host), as: UTF8.self))
            } else if let address = unsafe weir_general_name(all, index, GEN_IPADD) {
                let octets = unsafe bytes(of: address)
                guard octets.count == 4 || octets.count == 16 else { continue }
                names.append("\(PeerAddress(bytes: octets))")
            }
        }
        return names
    }

    private static func bytes(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        let count = min(Int(unsafe ASN1_STRING_length(string)), nameBytes)
        let start = unsafe ASN1_STRING_get0_data(string)
        return unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }

    /// What cannot be read lies in the distant past, so that such a certificate counts as expired.
    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var calendar = unsafe tm()
        guard unsafe ASN1_TIME_to_tm(time, &calendar) == 1 else { return 0 }
        return unsafe Int64(timegm(&calendar))
    }

    private static func orderFault(of chain: [OpaquePointer]) -> CertificateFault? {
        var number = 1
        while unsafe number < chain.count {
            let isIssuer = unsafe X509_check_issued(chain[number], chain[number - 1])
            if isIssuer != X509_V_OK { return .wrongOrder(number: number) }
            number += 1
        }
        return nil
    }
}
