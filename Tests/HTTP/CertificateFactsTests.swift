// What certificates say, with files that openssl has made.

import Foundation
import Testing

@testable import HTTP

/// A certificate of openssl with its key, as PEM.
private struct Made {
    let certificate: [UInt8]
    let key: [UInt8]

    /// - Parameters:
    ///   - valid: from and until, as openssl takes them.
    ///   - issuer: who signs; else it signs itself.
    init(
        _ subject: String, names: String = "DNS:localhost", issuer: Made? = nil,
        valid: (from: String, until: String) = ("20200102000000Z", "21000102030405Z")
    ) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-facts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = { (name: String) in folder.appendingPathComponent(name) }
        let settings = """
            [ca]
            default_ca = it
            [it]
            database = \(file("index").path)
            new_certs_dir = \(folder.path)
            rand_serial = yes
            policy = any
            default_md = sha256
            x509_extensions = extensions
            [any]
            commonName = supplied
            organizationName = optional
            [extensions]
            subjectAltName = \(names)
            """
        try Data(settings.utf8).write(to: file("settings"))
        try Data().write(to: file("index"))
        let request = run(
            "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-utf8", "-subj", subject, "-keyout", file("key").path, "-out",
            file("request").path)
        precondition(request.status == 0, request.errors)
        var signer = ["-selfsign", "-keyfile", file("key").path]
        if let issuer {
            try Data(issuer.certificate).write(to: file("issuer"))
            try Data(issuer.key).write(to: file("issuer-key"))
            signer = ["-cert", file("issuer").path, "-keyfile", file("issuer-key").path]
        }
        let signed = run(
            [
                "openssl", "ca", "-batch", "-notext", "-utf8", "-config", file("settings").path,
                "-startdate", valid.from, "-enddate", valid.until, "-in", file("request").path,
                "-out", file("certificate").path,
            ] + signer)
        precondition(signed.status == 0, signed.errors)
        certificate = [UInt8](try Data(contentsOf: file("certificate")))
        key = [UInt8](try Data(contentsOf: file("key")))
    }

    static let shared = Result { try Made("/CN=live.example.org/O=Bücher") }
    static let other = Result { try Made("/CN=other.example.org") }
}

struct CertificateFactsTests {
    private let made: Made
    private let other: Made
    /// 2026-01-01.
    private let nowSeconds: Int64 = 1_767_225_600

    init() throws {
        made = try Made.shared.get()
        other = try Made.other.get()
    }

    @Test("subject, names and times are read")
    func facts() throws {
        let long = try Made(
            "/CN=Bücher", names: "DNS:a.example.org,IP:192.0.2.7,IP:2001:db8::1,email:a@b.c")
        let facts = try CertificateFacts(pem: long.certificate, keyPEM: long.key)
        #expect(facts.subject == "CN = Bücher")
        #expect(facts.names == ["a.example.org", "192.0.2.7", "2001:db8::1"])
        #expect(facts.notBeforeSeconds == 1_577_923_200)
        #expect(facts.notAfterSeconds == 4_102_542_245)
        #expect(facts.orderFault == nil)
        #expect(
            facts.summary == """
                CN = Bücher, for a.example.org, 192.0.2.7, 2001:db8::1, until 2100-01-02T03:04:05Z
                """)
    }

    @Test("a certificate holds from its first to its last second")
    func times() throws {
        let facts = try CertificateFacts(pem: made.certificate)
        #expect(facts.fault(atSeconds: facts.notBeforeSeconds) == nil)
        #expect(facts.fault(atSeconds: facts.notAfterSeconds) == nil)
        #expect(
            facts.fault(atSeconds: facts.notBeforeSeconds - 1)
                == .notYetValid(fromSeconds: 1_577_923_200))
        #expect(
            facts.fault(atSeconds: facts.notAfterSeconds + 1)
                == .expired(atSeconds: 4_102_542_245))
    }

    @Test("times beyond 32 bits and before 1970 are read")
    func farTimes() throws {
        let far = try Made("/CN=a", valid: ("19500101000000Z", "99991231235959Z"))
        let facts = try CertificateFacts(pem: far.certificate)
        #expect(facts.notBeforeSeconds == -631_152_000)
        #expect(facts.notAfterSeconds == 253_402_300_799)
        #expect(facts.fault(atSeconds: nowSeconds) == nil)
    }

    @Test("a key that belongs to another certificate is found out")
    func mismatch() {
        #expect(throws: CertificateFault.mismatch) {
            try CertificateFacts(pem: made.certificate, keyPEM: other.key)
        }
        #expect(throws: CertificateFault.ownIsNotFirst(number: 2)) {
            try CertificateFacts(pem: other.certificate + made.certificate, keyPEM: made.key)
        }
    }

    @Test("a chain is in order when each certificate issued the one before it")
    func order() throws {
        let server = try Made("/CN=server", issuer: other)
        let right = try CertificateFacts(
            pem: server.certificate + other.certificate, keyPEM: server.key)
        #expect(right.orderFault == nil)
        let wrong = try CertificateFacts(
            pem: server.certificate + made.certificate + other.certificate, keyPEM: server.key)
        #expect(wrong.orderFault == .wrongOrder(number: 1))
    }

    @Test("what is no certificate is refused with its reason")
    func noCertificate() {
        #expect(throws: CertificateFault.noCertificate) { try CertificateFacts(pem: []) }
        #expect(throws: CertificateFault.noCertificate) { try CertificateFacts(pem: made.key) }
        #expect(throws: CertificateFault.tooManyCertificates(limit: 32)) {
            let many = (0..<33).flatMap { _ in made.certificate }
            return try CertificateFacts(pem: many)
        }
        for cut in [made.certificate.count - 40, made.certificate.count / 2] {
            let broken = made.certificate + made.certificate.prefix(cut)
            do {
                _ = try CertificateFacts(pem: broken)
                Issue.record("a broken certificate was read")
            } catch .brokenCertificate(let number, _) {
                #expect(number == 2)
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    @Test("what is no key is refused with its reason, and nobody is asked for a pass phrase")
    func noKey() throws {
        func fault(_ key: [UInt8]) -> CertificateFault? {
            do {
                _ = try CertificateFacts(pem: made.certificate, keyPEM: key)
                return nil
            } catch {
                return error
            }
        }
        #expect(fault([]) == .noKey)
        #expect(fault(made.certificate) == .noKey)
        for form in [["pkcs8", "-topk8"], ["ec", "-aes128"]] {
            let locked = run(
                ["openssl"] + form + ["-passout", "pass:secret"], input: Data(made.key))
            precondition(locked.status == 0, locked.errors)
            #expect(fault([UInt8](locked.output)) == .keyHasPassPhrase)
        }
        guard case .brokenKey? = fault(Array(made.key.prefix(made.key.count - 40))) else {
            Issue.record("a broken key was read")
            return
        }
    }

    @Test("a fault names the file and says what to do")
    func texts() {
        let text = CertificateFault.mismatch.text(certificate: "c.pem", key: "k.pem")
        #expect(
            text == """
                the private key k.pem does not belong to the certificate c.pem; give the key that \
                the certificate was made for
                """)
        let expired = CertificateFault.expired(atSeconds: nowSeconds)
        #expect(
            expired.text(certificate: "c.pem", key: "k.pem")
                == "the certificate c.pem has expired on 2026-01-01T00:00:00Z; renew it")
    }
}
