// What a player of fragmented MP4 gets before the first fragment: `ftyp` and `moov`, with one track, no
// sample and no duration (ISO/IEC 14496-12 section 8, ISO/IEC 23000-19 section 7.3). It is a function of
// the track alone, byte for byte.
//
// There is no edit list. Times of samples are those of the stream, so tracks that are put together agree
// without one.

package struct MP4Initialization: Sendable, Equatable {
    package let bytes: [UInt8]

    /// Movie fragments with addresses of their own and with decode times, as CMAF has them.
    private static let brands = ["iso6", "cmfc", "mp41"]
    /// No rotation, no scaling: 16.16, 16.16 and 2.30 in three rows.
    private static let matrix: [UInt32] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]
    private static let normalRate: UInt32 = 0x1_0000
    private static let fullVolume: UInt16 = 0x100

    package init(_ track: MP4Track) {
        var bytes: [UInt8] = []
        bytes.appendBox("ftyp") { box in
            box.append(ascii: MP4Initialization.brands[0])
            box.append(uint32: 0)
            for brand in MP4Initialization.brands { box.append(ascii: brand) }
            // The binding of AV1 asks for it.
            if track.entry.name == "av01" { box.append(ascii: "av01") }
        }
        bytes.appendBox("moov") { moov in
            MP4Initialization.appendMovieHeader(track, to: &moov)
            moov.appendBox("trak") { trak in
                MP4Initialization.appendTrackHeader(track, to: &trak)
                trak.appendBox("mdia") { MP4Initialization.appendMedia(track, to: &$0) }
            }
            moov.appendBox("mvex") { mvex in
                mvex.appendBox("trex", version: 0) { trex in
                    trex.append(uint32: track.id)
                    trex.append(uint32: 1)
                    // Duration, size and flags of samples: each fragment says its own.
                    trex.append(zeros: 12)
                }
            }
        }
        self.bytes = bytes
    }

    private static func appendMovieHeader(_ track: MP4Track, to moov: inout [UInt8]) {
        moov.appendBox("mvhd", version: 0) { box in
            // Times of creation and change, which would differ from one process to the next.
            box.append(zeros: 8)
            box.append(uint32: track.timescale)
            box.append(uint32: 0)
            box.append(uint32: normalRate)
            box.append(uint16: fullVolume)
            box.append(zeros: 10)
            for number in matrix { box.append(uint32: number) }
            box.append(zeros: 24)
            box.append(uint32: track.id + 1)
        }
    }

    private static func appendTrackHeader(_ track: MP4Track, to trak: inout [UInt8]) {
        // Enabled, in the movie, in previews.
        trak.appendBox("tkhd", version: 0, flags: 7) { box in
            box.append(zeros: 8)
            box.append(uint32: track.id)
            box.append(zeros: 4)
            // The duration, then layer and group.
            box.append(zeros: 4 + 8 + 4)
            box.append(uint16: track.kind == .audio ? fullVolume : 0)
            box.append(zeros: 2)
            for number in matrix { box.append(uint32: number) }
            box.append(uint32: UInt32(track.shownSize?.width ?? 0) << 16)
            box.append(uint32: UInt32(track.shownSize?.height ?? 0) << 16)
        }
    }

    private static func appendMedia(_ track: MP4Track, to mdia: inout [UInt8]) {
        mdia.appendBox("mdhd", version: 0) { box in
            box.append(zeros: 8)
            box.append(uint32: track.timescale)
            box.append(uint32: 0)
            box.append(uint16: track.language.code)
            box.append(zeros: 2)
        }
        mdia.appendBox("hdlr", version: 0) { box in
            box.append(zeros: 4)
            box.append(ascii: track.kind == .video ? "vide" : "soun")
            box.append(zeros: 12)
            box.append(ascii: track.kind == .video ? "Picture" : "Sound")
            box.append(uint8: 0)
        }
        if let tag = track.language.tag {
            mdia.appendBox("elng", version: 0) { box in
                box.append(ascii: tag)
                box.append(uint8: 0)
            }
        }
        mdia.appendBox("minf") { minf in
            if track.kind == .video {
                minf.appendBox("vmhd", version: 0, flags: 1) { $0.append(zeros: 8) }
            } else {
                minf.appendBox("smhd", version: 0) { $0.append(zeros: 4) }
            }
            minf.appendBox("dinf") { dinf in
                dinf.appendBox("dref", version: 0) { dref in
                    dref.append(uint32: 1)
                    // In this very file.
                    dref.appendBox("url ", version: 0, flags: 1) { _ in }
                }
            }
            minf.appendBox("stbl") { appendSampleTable(track, to: &$0) }
        }
    }

    /// What samples are, and that there are none here.
    private static func appendSampleTable(_ track: MP4Track, to stbl: inout [UInt8]) {
        stbl.appendBox("stsd", version: 0) { stsd in
            stsd.append(uint32: 1)
            stsd.appendBox(track.entry.name) { entry in
                entry.append(zeros: 6)
                entry.append(uint16: 1)
                if let size = track.codedSize {
                    entry.append(picture: track, size)
                } else {
                    entry.append(sound: track)
                }
            }
        }
        stbl.appendBox("stts", version: 0) { $0.append(uint32: 0) }
        stbl.appendBox("stsc", version: 0) { $0.append(uint32: 0) }
        stbl.appendBox("stsz", version: 0) { $0.append(zeros: 8) }
        stbl.appendBox("stco", version: 0) { $0.append(uint32: 0) }
    }
}

extension [UInt8] {
    /// The rest of a VisualSampleEntry.
    fileprivate mutating func append(picture track: MP4Track, _ size: PictureSize) {
        append(zeros: 16)
        append(uint16: UInt16(size.width))
        append(uint16: UInt16(size.height))
        // 72 pixels an inch, as everybody writes.
        append(uint32: 0x48_0000)
        append(uint32: 0x48_0000)
        append(zeros: 4)
        append(uint16: 1)
        // No name of a compressor; colour without alpha.
        append(zeros: 32)
        append(uint16: 24)
        append(uint16: 0xFFFF)
        append(contentsOf: track.entry.setUp)
        if let colour = track.colour {
            appendBox("colr") { box in
                box.append(ascii: "nclx")
                for number in [colour.primaries, colour.transfer, colour.matrix] {
                    box.append(uint16: UInt16(number))
                }
                box.append(uint8: colour.isFullRange == true ? 0x80 : 0)
            }
        }
        // CMAF wants it of square pixels, too.
        appendBox("pasp") { box in
            box.append(uint32: UInt32(clamping: track.pixelAspect?.horizontal ?? 1))
            box.append(uint32: UInt32(clamping: track.pixelAspect?.vertical ?? 1))
        }
    }

    /// The rest of an AudioSampleEntry.
    fileprivate mutating func append(sound track: MP4Track) {
        append(zeros: 8)
        append(uint16: UInt16(clamping: track.entry.channels))
        append(uint16: track.entry.bitDepth)
        append(zeros: 4)
        // 16.16; of a rate that is too high for it the half that is not, and so on.
        var rateHz = track.entry.sampleRateHz
        while rateHz > 0xFFFF { rateHz = rateHz.isMultiple(of: 2) ? rateHz / 2 : 0 }
        append(uint32: UInt32(rateHz) << 16)
        append(contentsOf: track.entry.setUp)
    }
}
