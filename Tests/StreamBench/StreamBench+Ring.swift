// A ring of the bench's broadcast that a test writes by hand.

import SegmentRing

extension StreamBench {
    /// As somebody has just begun it; empty, with room for a few entries.
    package func makeRing() throws -> RingWriter {
        let writer = try Ring.create(
            path: ringPath(),
            geometry: RingGeometry(
                dataBytes: 65_536, entries: 64, initializationBytes: 4_096, carryBytes: 0,
                stateBytes: 0),
            initialization: initialization(), state: [], slot: 0)
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        return writer
    }

    /// An entry of 40 ms.
    package func append(
        _ bytes: [UInt8], _ flags: FragmentFlags = .independent, to writer: RingWriter
    ) throws {
        try bytes.withUnsafeBytes {
            try writer.append(
                $0, flags: flags, mediaTimeMs: 0, durationMs: 40, bootMs: writer.ring.bootNowMs,
                state: [])
        }
    }

    /// A cluster with a key frame of VP8, 64 by 64. Its first part is of two bytes.
    /// - Parameters:
    ///   - mark: the byte after the frame's header, which tells it from others.
    ///   - count: of how many bytes there are after that.
    package static func keyFrame(mark: UInt8 = 0, bytes count: Int = 40) -> [UInt8] {
        let head: [UInt8] = [0x50, 0, 0, 0x9D, 0x01, 0x2A, 64, 0, 64, 0]
        let frame = head + [mark] + [UInt8](repeating: 0, count: count)
        let size = frame.count + 4
        let block: [UInt8] =
            [0xA3, 0x10, UInt8(size >> 16), UInt8(size >> 8 & 0xFF), UInt8(size & 0xFF)]
            + [0x81, 0, 0, 0x80]
        return [0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xE7, 0x88]
            + [UInt8](repeating: 0, count: 8) + block + frame
    }
}
