// The certificates and the private key that PEM files hold, as objects of the library.
//
// Files come from people and from ACME clients, so everything in them is checked: how many
// certificates there are, that each can be read, that the key needs no pass phrase (nobody would be
// there to type it).
//
// Unsafe use: each object owns references that it has got from the library, and frees them in
// deinit. The reader of memory (BIO) reads an array that lives across the call. Owner: one thread.

import COpenSSL

/// The server's own certificate and those that lead from it to its authority, in the order of the
/// file.
@safe
package final class CertificateChain {
    /// Never empty. Whoever gives one to the library takes a reference of its own.
    let handles: [OpaquePointer]
    /// Real chains have two to four.
    private static let certificateLimit = 32

    package init(pem: [UInt8]) throws(CertificateFault) {
        var handles = unsafe [OpaquePointer]()
        var fault: CertificateFault?
        unsafe withReader(of: pem) { reader in
            while let next = unsafe PEM_read_bio_X509(reader, nil, refusePassPhrase, nil) {
                unsafe handles.append(next)
                guard unsafe handles.count <= Self.certificateLimit else {
                    fault = .tooManyCertificates(limit: Self.certificateLimit)
                    return
                }
            }
            let code = ERR_peek_last_error()
            // The end of the file looks like this.
            let isEnd = code & 0x7F_FFFF == UInt(PEM_R_NO_START_LINE)
            let reason = TLSError.lastReason()
            if unsafe handles.isEmpty, isEnd {
                fault = .noCertificate
            } else if !isEnd {
                fault = unsafe .brokenCertificate(number: handles.count + 1, reason: reason)
            }
        }
        unsafe self.handles = unsafe handles
        if let fault { throw fault }
    }

    deinit {
        unsafe handles.forEach { unsafe X509_free($0) }
    }

    /// The server's own certificate.
    var own: OpaquePointer { unsafe handles[0] }
}

/// A private key without a pass phrase.
@safe
package final class PrivateKey {
    /// Whoever gives it to the library lets it take a reference of its own.
    let handle: OpaquePointer

    package init(pem: [UInt8]) throws(CertificateFault) {
        var handle: OpaquePointer?
        var fault: CertificateFault?
        unsafe withReader(of: pem) { reader in
            unsafe handle = unsafe PEM_read_bio_PrivateKey(reader, nil, refusePassPhrase, nil)
            guard unsafe handle == nil else { return }
            let reason = TLSError.lastReason()
            if !pem.hasWord("PRIVATE KEY-----") {
                fault = .noKey
            } else {
                fault = pem.hasWord("ENCRYPTED") ? .keyHasPassPhrase : .brokenKey(reason: reason)
            }
        }
        guard let handle = unsafe handle else { throw fault ?? .noKey }
        unsafe self.handle = unsafe handle
    }

    deinit {
        unsafe EVP_PKEY_free(handle)
    }

    func belongs(to certificate: OpaquePointer) -> Bool {
        defer { ERR_clear_error() }
        return unsafe X509_check_private_key(certificate, handle) == 1
    }
}

/// Calls `body` with a reader of `pem`, and leaves no error in the library's queue.
private func withReader(of pem: [UInt8], _ body: (OpaquePointer) -> Void) {
    LibraryMemory.install()
    ERR_clear_error()
    unsafe pem.withUnsafeBytes { bytes in
        let count = Int32(clamping: bytes.count)
        guard let reader = unsafe BIO_new_mem_buf(bytes.baseAddress, count) else { return }
        unsafe body(reader)
        unsafe BIO_free(reader)
    }
    ERR_clear_error()
}

/// Without this the library would ask at the terminal.
private func refusePassPhrase(
    _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ isWriting: Int32,
    _ argument: UnsafeMutableRawPointer?
) -> Int32 { -1 }

extension [UInt8] {
    fileprivate func hasWord(_ word: StaticString) -> Bool {
        let wanted = Array(word.description.utf8)
        guard count >= wanted.count else { return false }
        return (0...count - wanted.count).contains { start in
            self[start] == wanted[0] && self[start..<start + wanted.count].elementsEqual(wanted)
        }
    }
}
