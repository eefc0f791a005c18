// Certificates, tickets and protocol versions, seen by openssl s_client.

import Foundation
import Testing

@testable import HTTP

@Suite(.serialized)
struct TLSTests {
    private func key(_ seed: UInt8) -> [UInt8] { [UInt8](repeating: seed, count: 80) }

    private func connect(_ server: TestServer, _ arguments: String...) -> Finished {
        run(
            ["openssl", "s_client", "-connect", "127.0.0.1:\(server.port)", "-alpn", "h2"]
                + arguments, input: Data())
    }

    /// Gets a ticket from one server and takes it to another; what went against `scenario`.
    private func takeTicket(
        _ scenario: String, version: String = "TLSv1_3", first: [UInt8], second: [UInt8],
        previous: [UInt8]? = nil
    ) throws -> String? {
        let tls = try TestCertificate.shared.context()
        tls.setTicketKeys(current: first, previous: nil)
        let server = try TestServer(tls: tls)
        defer { server.stop() }
        let otherTLS = try TestCertificate.shared.context()
        otherTLS.setTicketKeys(current: second, previous: previous)
        let other = try TestServer(tls: otherTLS)
        defer { other.stop() }
        return server.frames(scenario, "\(other.port)", version)
    }

    @Test(
        "a ticket of one server resumes on another with the same keys",
        arguments: ["TLSv1_3", "TLSv1_2"])
    func sharedKeys(_ version: String) throws {
        #expect(try takeTicket("resumes", version: version, first: key(1), second: key(1)) == nil)
    }

    @Test("a ticket of the previous key still resumes", arguments: ["TLSv1_3", "TLSv1_2"])
    func previousKey(_ version: String) throws {
        let failure = try takeTicket(
            "resumes", version: version, first: key(1), second: key(2), previous: key(1))
        #expect(failure == nil)
    }

    @Test("a ticket of an unknown key does not resume, and the handshake succeeds")
    func unknownKey() throws {
        #expect(try takeTicket("does_not_resume", first: key(1), second: key(2)) == nil)
    }

    @Test("keys can change while connections come and go")
    func rotation() throws {
        let tls = try TestCertificate.shared.context()
        tls.setTicketKeys(current: key(1), previous: nil)
        tls.setTicketKeys(current: key(2), previous: key(1))
        let server = try TestServer(tls: tls)
        defer { server.stop() }
        #expect(server.frames("resumes", "\(server.port)", "TLSv1_3") == nil)
    }

    @Test("TLS 1.1 is refused")
    func oldVersion() throws {
        let server = try TestServer()
        defer { server.stop() }
        let result = connect(server, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        #expect(result.text.contains("Cipher is (NONE)"))
    }

    @Test("X25519 and AES-128-GCM are what a modern client gets")
    func preferred() throws {
        let server = try TestServer()
        defer { server.stop() }
        let result = connect(server)
        #expect(result.text.contains("TLS_AES_128_GCM_SHA256"))
        #expect(result.text.contains("X25519"))
    }

    @Test("a key of another certificate is refused")
    func mismatch() throws {
        let pem = { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))) }
        let other = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-key-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: other) }
        run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", other)
        let chain = try CertificateChain(pem: pem(TestCertificate.shared.certificateFile))
        let key = try PrivateKey(pem: pem(other))
        #expect(throws: TLSError.self) { try TLSContext(chain: chain, key: key) }
    }
}
