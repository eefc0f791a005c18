// The immutable part of a ring file: the first 128 bytes, written once before the file gets its
// name. Pure: bytes to values and back. All numbers are little-endian (and so is every machine Weir
// runs on, because the shared words are used in place). Magic and version have the same place in
// every version of the format, so that each can recognise rings of the others.

/// When a ring was made: for people, and for the ring's clock (see Ring+Clock.swift).
struct RingBirth: Equatable {
    var wallClockMs: UInt64
    var bootMs: UInt64
    /// In which boot of the machine; see `BootClock.bootID`.
    var bootID: UInt64
}

/// What a ring file says about itself.
struct RingHeader: Equatable {
    static let bytes = 128
    static let version: UInt32 = 3
    /// "WEIRRING" as a little-endian number.
    static let magic: UInt64 = 0x474E_4952_5249_4557

    let geometry: RingGeometry
    /// A random number that tells this ring from any other under the same name.
    let epoch: UInt64
    let created: RingBirth
    let baseOrdinals: RingOrdinals
    let initializationLength: Int
    let initializationChecksum: UInt32

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append(Self.magic)
        writer.append(Self.version)
        writer.append(UInt32(RingLayout.pageBytes))
        writer.append(UInt64(geometry.dataBytes))
        writer.append(UInt64(geometry.entries))
        writer.append(UInt64(geometry.initializationBytes))
        writer.append(UInt64(geometry.carryBytes))
        writer.append(UInt64(geometry.stateBytes))
        writer.append(UInt64(RingLayout(geometry).fileBytes))
        writer.append(epoch)
        writer.append(created.wallClockMs)
        writer.append(created.bootMs)
        writer.append(created.bootID)
        writer.append(baseOrdinals.segment)
        writer.append(baseOrdinals.discontinuity)
        writer.append(UInt64(initializationLength))
        writer.append(initializationChecksum)
        writer.append(Checksum.crc32c(writer.bytes))
        return writer.bytes
    }

    /// Reads what `encoded` wrote. Errors: `otherVersion` for a ring of another version of the
    /// format, `invalid` for anything else.
    init(decoding bytes: [UInt8], fileBytes: Int) throws(RingError) {
        guard bytes.count == Self.bytes else {
            throw .invalid("the file is too short for a header")
        }
        var reader = ByteReader(bytes)
        guard reader.next64() == Self.magic else { throw .invalid("the magic number is wrong") }
        let version = reader.next32()
        guard version == Self.version else { throw .otherVersion(version) }
        guard Checksum.crc32c(Array(bytes.dropLast(4))) == ByteReader.last32(of: bytes) else {
            throw .invalid("the header's checksum is wrong")
        }
        guard reader.next32() == UInt32(RingLayout.pageBytes) else {
            throw .invalid("the page size is wrong")
        }
        geometry = try Self.geometry(&reader)
        guard reader.next64() == UInt64(RingLayout(geometry).fileBytes),
            fileBytes == RingLayout(geometry).fileBytes
        else { throw .invalid("the file's size does not fit its geometry") }
        epoch = reader.next64()
        created = RingBirth(
            wallClockMs: UntrustedNumber(reader.next64()).timeMs,
            bootMs: UntrustedNumber(reader.next64()).timeMs, bootID: reader.next64())
        baseOrdinals = RingOrdinals(
            segment: UntrustedNumber(reader.next64()).count,
            discontinuity: UntrustedNumber(reader.next64()).count)
        let length = reader.next64()
        guard length <= UInt64(geometry.initializationBytes) else {
            throw .invalid("the initialization is larger than its area")
        }
        initializationLength = Int(length)
        initializationChecksum = reader.next32()
    }

    init(
        geometry: RingGeometry, epoch: UInt64, created: RingBirth, baseOrdinals: RingOrdinals,
        initialization: [UInt8]
    ) {
        precondition(Self.bytes <= RingLayout.pageBytes, "the header has a page")
        self.geometry = geometry
        self.epoch = epoch
        self.created = created
        self.baseOrdinals = baseOrdinals
        initializationLength = initialization.count
        initializationChecksum = Checksum.crc32c(initialization)
    }

    private static func geometry(_ reader: inout ByteReader) throws(RingError) -> RingGeometry {
        let capacities = (0..<5).map { _ in Int(exactly: reader.next64()) ?? -1 }
        let geometry = RingGeometry(
            exactDataBytes: capacities[0], entries: capacities[1],
            initializationBytes: capacities[2], carryBytes: capacities[3],
            stateBytes: capacities[4])
        guard let geometry else { throw .invalid("the geometry is impossible") }
        return geometry
    }
}
