// A segment in which a track has nothing, as MP4: a fragment without samples, which says how long that lasts
// (ISO/IEC 14496-12 section 8.8.7, duration-is-empty). A manifest of DASH names every segment, so there has
// to be something to fetch.

extension MP4Fragment {
    /// - Parameter ticks: how long nothing comes, in the time scale of the track.
    package static func withoutSamples(
        trackID: UInt32, sequenceNumber: UInt32, decodeTime: UInt64, ticks: UInt64
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBox("styp") { box in
            box.append(ascii: segmentBrands[0])
            box.append(uint32: 0)
            for brand in segmentBrands { box.append(ascii: brand) }
        }
        bytes.appendBox("moof") { moof in
            moof.appendBox("mfhd", version: 0) { $0.append(uint32: sequenceNumber) }
            moof.appendBox("traf") { traf in
                // Addresses begin at `moof`; the default duration is given, and it is empty.
                traf.appendBox("tfhd", version: 0, flags: 0x3_0008) { box in
                    box.append(uint32: trackID)
                    box.append(uint32: UInt32(clamping: ticks))
                }
                traf.appendBox("tfdt", version: 1) { $0.append(uint64: decodeTime) }
            }
        }
        // ffmpeg takes one without a single byte for the end of a broadcast.
        bytes.appendBox("mdat") { $0.append(uint32: 0) }
        return bytes
    }
}
