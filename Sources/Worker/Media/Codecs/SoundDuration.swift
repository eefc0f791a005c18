// How long one frame of sound lasts, as far as its codec says: what the times of laced frames are
// reckoned from. Microseconds.
//
// Sources: RFC 6716 section 3.1 (Opus), ISO/IEC 14496-3 section 1.6 (AAC), ISO/IEC 11172-3 section
// 2.4.2.3 (MPEG audio), ATSC A/52 sections 5.4.1 and E.2.3.1 (AC-3, Enhanced AC-3), RFC 9639 section
// 9.1 (FLAC). Vorbis does not say without the frame before.

enum SoundDuration {
    /// The duration of a frame of this track; nil when it cannot be said.
    static func us(of frame: Span<UInt8>, in track: MediaTrack) -> UInt64? {
        guard frame.count > 0 else { return nil }
        let rateHz = track.sampleRateHz ?? 0
        switch track.codec {
        case "opus": return opusUs(frame)
        case "aac":
            let setUp = AACSetUp(track.codecPrivate)
            return us(samples: setUp?.frameSamples ?? 1_024, rateHz: setUp?.rateHz ?? rateHz)
        case "mp3", "mp2": return mpegUs(frame)
        case "ac3", "eac3": return ac3Us(frame)
        case "flac": return us(samples: flacSamples(frame), rateHz: rateHz)
        case "alac":
            let setUp = track.codecPrivate
            guard setUp.count >= 4 else { return nil }
            let samples = setUp.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            return us(samples: samples, rateHz: rateHz)
        case "pcm":
            let frameBits = (track.channels ?? 0) * (track.bitDepth ?? 0)
            guard frameBits > 0 else { return nil }
            return us(samples: frame.count * 8 / frameBits, rateHz: rateHz)
        default: return nil
        }
    }

    private static func us(samples: Int?, rateHz: Int) -> UInt64? {
        guard let samples, 1...1_000_000_000 ~= samples, 1...100_000_000 ~= rateHz else {
            return nil
        }
        return UInt64(samples) * 1_000_000 / UInt64(rateHz)
    }

    // MARK: Opus

    static func opusUs(_ frame: Span<UInt8>) -> UInt64? {
        let configuration = frame[0] >> 3
        let oneUs: UInt64 =
            switch configuration {
            case 0..<12: [10_000, 20_000, 40_000, 60_000][Int(configuration & 3)]
            case 12..<16: configuration & 1 == 0 ? 10_000 : 20_000
            default: [2_500, 5_000, 10_000, 20_000][Int(configuration & 3)]
            }
        switch frame[0] & 3 {
        case 0: return oneUs
        case 1, 2: return oneUs * 2
        default:
            guard frame.count >= 2 else { return nil }
            let count = UInt64(frame[1] & 0x3F)
            // A packet lasts 120 ms at most.
            return count > 0 && count * oneUs <= 120_000 ? count * oneUs : nil
        }
    }

    // MARK: MPEG audio

    private static func mpegUs(_ frame: Span<UInt8>) -> UInt64? {
        guard frame.count >= 4, frame[0] == 0xFF, frame[1] & 0xE0 == 0xE0 else { return nil }
        let version = frame[1] >> 3 & 3
        let layer = frame[1] >> 1 & 3
        let index = Int(frame[2] >> 2 & 3)
        guard version != 1, layer != 0, index < 3 else { return nil }
        let rateHz = [44_100, 48_000, 32_000][index] >> (version == 3 ? 0 : version == 2 ? 1 : 2)
        let samples = layer == 3 ? 384 : layer == 1 && version != 3 ? 576 : 1_152
        return us(samples: samples, rateHz: rateHz)
    }

    // MARK: AC-3

    private static func ac3Us(_ frame: Span<UInt8>) -> UInt64? {
        guard frame.count >= 6, frame[0] == 0x0B, frame[1] == 0x77 else { return nil }
        let rates = [48_000, 44_100, 32_000]
        let index = Int(frame[4] >> 6)
        // The version: up to 10 AC-3 (9 and 10 at half and quarter rate), 11 to 16 Enhanced AC-3.
        let version = frame[5] >> 3
        if version <= 10 {
            guard index < 3 else { return nil }
            return us(samples: 1_536, rateHz: rates[index] >> max(0, Int(version) - 8))
        }
        if index == 3 {
            let half = Int(frame[4] >> 4 & 3)
            return half < 3 ? us(samples: 1_536, rateHz: rates[half] / 2) : nil
        }
        let blocks = [1, 2, 3, 6][Int(frame[4] >> 4 & 3)]
        return us(samples: blocks * 256, rateHz: rates[index])
    }

    // MARK: FLAC

    private static func flacSamples(_ frame: Span<UInt8>) -> Int? {
        guard frame.count >= 5, frame[0] == 0xFF, frame[1] & 0xFC == 0xF8 else { return nil }
        let code = Int(frame[2] >> 4)
        switch code {
        case 1: return 192
        case 2...5: return 144 << code
        case 8...15: return 1 << code
        case 6, 7:
            // It follows the frame's number, which is written like a character of UTF-8.
            let lead = frame[4]
            let position = 4 + (lead < 0x80 ? 1 : max(1, (~lead).leadingZeroBitCount))
            guard frame.count >= position + code - 5 else { return nil }
            var value = Int(frame[position])
            if code == 7 { value = value << 8 | Int(frame[position + 1]) }
            return value + 1
        default: return nil
        }
    }
}
