// A key frame of AV1 as an AVIF: the frame as the only item of a HEIF file (AV1 Image File Format section 2,
// ISO/IEC 23008-12, ISO/IEC 14496-12 section 8.11).

enum AVIFStill {
    /// Nil for a frame of several layers, and for one whose sequence header is not known.
    static func bytes(of frame: Span<UInt8>, _ track: MediaTrack) -> [UInt8]? {
        guard let picture = AV1.stillPicture(frame, configuration: track.codecPrivate),
            let size = picture.sequence.size
        else { return nil }
        let colour = track.colour ?? picture.sequence.colour
        let head = AVIFHead(
            sequence: picture.sequence, size: size, colour: colour,
            itemBytes: UInt32(picture.units.count))
        var bytes = head.bytes
        bytes.appendBox("mdat") { $0 += picture.units }
        return bytes
    }
}

/// All that comes before the item's bytes.
private struct AVIFHead {
    let sequence: AV1.Sequence
    let size: PictureSize
    let colour: VideoColour?
    let itemBytes: UInt32

    private static let itemID: UInt16 = 1
    private static let boxHeadBytes = 8

    var bytes: [UInt8] {
        // The item's place is counted from the beginning of the file, and its digits are always as many.
        let length = UInt32(bytes(itemAt: 0).count + Self.boxHeadBytes)
        return bytes(itemAt: length)
    }

    private func bytes(itemAt offset: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBox("ftyp") { box in
            box.append(ascii: "avif")
            box.append(uint32: 0)
            for brand in ["avif", "mif1", "miaf"] { box.append(ascii: brand) }
        }
        bytes.appendBox("meta", version: 0) { meta in
            meta.appendBox("hdlr", version: 0) { box in
                box.append(zeros: 4)
                box.append(ascii: "pict")
                box.append(zeros: 12 + 1)
            }
            meta.appendBox("pitm", version: 0) { $0.append(uint16: Self.itemID) }
            appendPlace(offset, to: &meta)
            meta.appendBox("iinf", version: 0) { iinf in
                iinf.append(uint16: 1)
                iinf.appendBox("infe", version: 2) { box in
                    box.append(uint16: Self.itemID)
                    box.append(uint16: 0)
                    box.append(ascii: "av01")
                    box.append(uint8: 0)
                }
            }
            meta.appendBox("iprp") { appendProperties(to: &$0) }
        }
        return bytes
    }

    private func appendPlace(_ offset: UInt32, to meta: inout [UInt8]) {
        meta.appendBox("iloc", version: 0) { box in
            // Offsets and lengths have four bytes, and there is no base to add.
            box.append(uint8: 0x44)
            box.append(uint8: 0)
            box.append(uint16: 1)
            box.append(uint16: Self.itemID)
            // In this file, in one piece.
            box.append(uint16: 0)
            box.append(uint16: 1)
            box.append(uint32: offset)
            box.append(uint32: itemBytes)
        }
    }

    private func appendProperties(to iprp: inout [UInt8]) {
        iprp.appendBox("ipco") { ipco in
            ipco.appendBox("ispe", version: 0) { box in
                box.append(uint32: UInt32(size.width))
                box.append(uint32: UInt32(size.height))
            }
            ipco.appendBox("pixi", version: 0) { box in
                let channels = sequence.isMonochrome ? 1 : 3
                box.append(uint8: UInt8(channels))
                for _ in 0..<channels { box.append(uint8: sequence.depth) }
            }
            // Without the sequence header, which is in the item.
            ipco.appendBox("av1C") { $0 += AV1.configuration(sequence, unit: []) }
            if let colour {
                ipco.appendBox("colr") { box in
                    box.append(ascii: "nclx")
                    for number in [colour.primaries, colour.transfer, colour.matrix] {
                        box.append(uint16: UInt16(number))
                    }
                    box.append(uint8: colour.isFullRange == true ? 0x80 : 0)
                }
            }
        }
        iprp.appendBox("ipma", version: 0) { box in
            box.append(uint32: 1)
            box.append(uint16: Self.itemID)
            // Properties by their place, from 1; the highest bit says that a reader must know it.
            let places: [UInt8] = [1, 2, 0x83] + (colour == nil ? [] : [4])
            box.append(uint8: UInt8(places.count))
            box += places
        }
    }
}
