// What a decoder of one picture needs of a key frame of AV1 (AV1 Image File Format section 2.1): a sequence
// header and one frame, each unit with its length. Delimiters, metadata and padding are left out, and so is
// whatever follows the frame.

extension AV1 {
    /// Nil for a frame that is not a shown key frame (it may only show one that came before), for one of
    /// several layers, and when the sequence header is in neither the frame nor the configuration.
    static func stillPicture(
        _ frame: Span<UInt8>, configuration: [UInt8]
    ) -> (sequence: Sequence, units: [UInt8])? {
        guard isKeyframe(frame, configuration: configuration) == true,
            let found = sequence(in: frame) ?? sequenceUnit(configuration: configuration)
        else { return nil }
        var units = found.unit
        var hasFrame = false
        var reader = Reader()
        while let unit = reader.next(in: frame) {
            guard unit.spatialLayer == 0 else { return nil }
            switch unit.type {
            case Unit.frame, Unit.frameHeader:
                if hasFrame { return (found.sequence, units) }
                hasFrame = true
            case Unit.tileGroup, Unit.repeatedFrameHeader:
                guard hasFrame else { return nil }
            default:
                continue
            }
            // Without its layer: there is only one.
            units.append(unit: unit.type, frame.extracting(unit.payload))
        }
        return hasFrame && reader.position == frame.count ? (found.sequence, units) : nil
    }

    private static func sequenceUnit(
        configuration: [UInt8]
    ) -> (sequence: Sequence, unit: [UInt8])? {
        guard isConfiguration(configuration) else { return nil }
        return sequence(in: configuration.span.extracting(droppingFirst: 4))
    }
}

extension [UInt8] {
    /// Appends a unit (OBU) with its length.
    mutating func append(unit type: UInt8, _ payload: Span<UInt8>) {
        append(type << 3 | 2)
        var size = payload.count
        while size >= 0x80 {
            append(UInt8(size & 0x7F) | 0x80)
            size >>= 7
        }
        append(UInt8(size))
        append(copying: payload)
    }
}
