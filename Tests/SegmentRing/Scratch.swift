// What the tests of this module share: a directory that goes away, and media whose every byte is
// known.

import Glibc
import LinuxIO

@testable import SegmentRing

/// A new directory, removed with everything in it when the value goes.
final class ScratchDirectory {
    let path: String

    init(under parent: String = "/tmp") {
        var template = Array("\(parent)/weir-ring-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            String(cString: mkdtemp(buffer.baseAddress!))
        }
    }

    deinit {
        for name in ["ring", "ring.new", "copy", "other"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var ring: String { "\(path)/ring" }
}

/// Media that can be checked without having been kept: each byte follows from where it is.
enum KnownMedia {
    static func fragment(_ sequence: UInt64, length: Int) -> [UInt8] {
        (0..<length).map { byte(sequence, $0) }
    }

    static func byte(_ sequence: UInt64, _ offset: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (sequence &* 0x9E37_79B9 &+ UInt64(offset) &* 31) >> 3)
    }

    static func isFragment(_ bytes: [UInt8], _ sequence: UInt64) -> Bool {
        bytes == fragment(sequence, length: bytes.count)
    }
}

let smallGeometry = RingGeometry(
    dataBytes: 4_096, entries: 8, initializationBytes: 100, carryBytes: 300, stateBytes: 50)

extension RingWriter {
    /// Appends known media; the time of its commit is the sequence number times ten.
    func appendKnown(
        length: Int, flags: FragmentFlags = [], bootMs: UInt64? = nil, state: [UInt8] = []
    ) throws {
        let sequence = ring.entryHead
        let bytes = KnownMedia.fragment(sequence, length: length)
        try bytes.withUnsafeBytes {
            try append(
                $0, flags: flags, mediaTimeMs: Int64(sequence) * 10, durationMs: 10,
                bootMs: bootMs ?? sequence * 10, state: state)
        }
    }
}

extension RingWriter {
    /// Appends an entry of another kind, with known bytes and at the same time as media would be.
    func appendKnown(_ kind: RingKind, length: Int, bootMs: UInt64? = nil) throws {
        let sequence = ring.entryHead
        let bytes = KnownMedia.fragment(sequence, length: length)
        try bytes.withUnsafeBytes { try append(kind, $0, bootMs: bootMs ?? sequence * 10) }
    }
}

extension Ring {
    /// The bytes of an entry; nil when it has been overwritten.
    func bytes(_ sequence: UInt64) -> [UInt8]? {
        guard case .entry(let entry) = lookup(sequence) else { return nil }
        var bytes = [UInt8](repeating: 0, count: entry.length)
        let copied = bytes.withUnsafeMutableBytes { copy(entry, from: 0, into: $0) }
        return copied ? bytes : nil
    }

    func entry(_ sequence: UInt64) -> RingEntry? {
        guard case .entry(let entry) = lookup(sequence) else { return nil }
        return entry
    }
}
