// Which frames become stills, and which do not.

import Testing

@testable import Media

@Suite struct StillTests {
    /// What a ring has of one frame of a track.
    private func entry(_ frame: [UInt8], isKey: Bool = true) -> [UInt8] {
        var bytes = ClusterLayout.prefix + [UInt8](repeating: 0, count: 8)
        _ = bytes.append(
            block: Frame(track: 0, timeMs: 0, isKey: isKey), frame.span, with: [UInt8]().span)
        return bytes
    }

    /// A recording's init, and the bytes of its first key frame.
    private func opened(_ name: String) throws -> (Initialization, frame: [UInt8]) {
        let output = output(of: Recording(named: name).bytes)
        let places = output.fragments.filter(\.isIndependent)
        // Sound may come first.
        let fragment = try #require(places.first { !$0.isWithoutPicture } ?? places.first)
        let bytes = Array(output.bytes[fragment.bytes])
        var blocks = StoredBlocks()
        while let block = blocks.next(in: bytes.span) {
            if block.track == 0 {
                return (try #require(output.initializations.first), Array(bytes[block.payload]))
            }
        }
        throw MediaError.notWebM
    }

    private func still(_ frame: [UInt8], _ initialization: Initialization) -> Still? {
        still(ofEntry: entry(frame), initialization)
    }

    private func still(ofEntry entry: [UInt8], _ initialization: Initialization) -> Still? {
        Still(keyFrameOf: entry.span, initialization)
    }

    private func size(_ frame: [UInt8]) -> PictureSize? { VP8.size(frame.span) }

    // MARK: VP8

    @Test("a WebP of VP8 has an even length, and the frame in it as it was")
    func webP() throws {
        let (initialization, frame) = try opened("ffmpeg-vp8-opus.webm")
        for frame in [frame, frame + [0]] {
            let bytes = try #require(still(frame, initialization)).bytes
            #expect(bytes.count == 20 + frame.count + frame.count % 2)
            #expect(Array(bytes[20..<20 + frame.count]) == frame)
        }
    }

    @Test("scaling that VP8 asks for changes nothing of the size")
    func scaling() throws {
        let (initialization, frame) = try opened("ffmpeg-vp8-opus.webm")
        var scaled = frame
        scaled[7] |= 0x40
        scaled[9] |= 0x80
        #expect(size(scaled) == size(frame))
        #expect(still(scaled, initialization)?.form == .webP)
    }

    @Test("a frame of VP8 that is hidden, cut off or refers to others is no still")
    func unusableVP8() throws {
        let (initialization, frame) = try opened("ffmpeg-vp8-opus.webm")
        var hidden = frame
        hidden[0] &= ~0x10
        var other = frame
        other[0] |= 1
        var unknown = frame
        unknown[0] |= 0x0E
        for frame in [hidden, other, unknown, Array(frame.prefix(60)), []] {
            #expect(still(frame, initialization) == nil)
        }
    }

    // MARK: AV1

    private func unit(_ type: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(unit: type, payload.span)
        return bytes
    }

    @Test("delimiters, metadata and padding around a frame of AV1 make no difference")
    func otherUnits() throws {
        let (initialization, frame) = try opened("ffmpeg-av1-opus.webm")
        let plain = try #require(still(frame, initialization))
        #expect(plain.form == .avif)
        let around = unit(2) + unit(5, [4, 1, 2]) + frame + unit(5, [1, 0, 9]) + unit(15, [0, 0])
        #expect(still(around, initialization) == plain)
    }

    @Test("what follows the first frame of AV1 is left out")
    func secondFrame() throws {
        let (initialization, frame) = try opened("ffmpeg-av1-opus.webm")
        // Another frame, which shows one that was decoded before.
        #expect(still(frame + unit(3, [0x98]), initialization) == still(frame, initialization))
    }

    @Test("a sequence header that only the container has stands in the picture")
    func sequenceOfContainer() throws {
        let (initialization, frame) = try opened("ffmpeg-av1-opus.webm")
        let found = AV1.sequence(in: frame.span)
        let (sequence, unit) = try #require(found)
        #expect(frame.starts(with: unit))
        let size = try #require(sequence.size)
        let setUp = PictureSetUp(
            size: size, codecPrivate: AV1.configuration(sequence, unit: unit))
        let track = initialization.tracks[0].with(setUp)
        let whole = Still(frame: frame.span, of: track)
        let bare = Still(frame: Array(frame.dropFirst(unit.count)).span, of: track)
        #expect(whole != nil && bare == whole)
    }

    @Test("a unit without a length of its own gets one")
    func withoutLength() throws {
        let (initialization, frame) = try opened("ffmpeg-av1-opus.webm")
        var reader = AV1.Reader()
        var bytes: [UInt8] = []
        var units: [AV1.Found] = []
        while let unit = reader.next(in: frame.span) { units.append(unit) }
        for unit in units.dropLast() {
            bytes.append(unit: unit.type, frame.span.extracting(unit.payload))
        }
        let last = try #require(units.last)
        bytes += [last.type << 3] + frame[last.payload]
        #expect(still(bytes, initialization) == still(frame, initialization))
    }

    @Test("a frame of AV1 that shows another one, is hidden, has layers or is cut off is no still")
    func unusableAV1() throws {
        let (initialization, frame) = try opened("ffmpeg-av1-opus.webm")
        let found = AV1.sequence(in: frame.span)
        let sequence = try #require(found?.unit)
        let rest = Array(frame.dropFirst(sequence.count))
        let shown = sequence + unit(3, [0x80])
        let hidden = sequence + unit(6, [0x00, 1, 2])
        // The same units, each of the second layer.
        let layers = sequence + [rest[0] | 4, 0x08] + rest.dropFirst()
        let loose = sequence + unit(4, [1]) + rest
        let cases = [shown, hidden, layers, loose, sequence, Array(frame.dropLast())]
        for frame in cases { #expect(still(frame, initialization) == nil) }
    }

    // MARK: Others

    @Test("sound in front of the picture is passed over, and sound alone is no still")
    func sound() throws {
        let (initialization, frame) = try opened("ffmpeg-vp9-opus.webm")
        var bytes = ClusterLayout.prefix + [UInt8](repeating: 0, count: 8)
        for _ in 0..<3 {
            _ = bytes.append(
                block: Frame(track: 1, timeMs: 0, isKey: true), [1, 2, 3].span,
                with: [UInt8]().span)
        }
        #expect(still(ofEntry: bytes, initialization) == nil)
        _ = bytes.append(
            block: Frame(track: 0, timeMs: 0, isKey: true), frame.span, with: [UInt8]().span)
        #expect(still(ofEntry: bytes, initialization) == still(frame, initialization))
        let (soundOnly, packet) = try opened("ffmpeg-audio-only.webm")
        #expect(still(packet, soundOnly) == nil)
    }

    @Test(
        "an entry that ends within its frame is no still",
        arguments: [
            "ffmpeg-vp8-opus.webm", "ffmpeg-vp9-opus.webm", "ffmpeg-av1-opus.webm",
            "ffmpeg-h264-opus.mkv",
        ])
    func cutOff(name: String) throws {
        let (initialization, frame) = try opened(name)
        let whole = entry(frame)
        #expect(still(ofEntry: whole, initialization) != nil)
        for count in [0, 10, 22, 30, whole.count - 1] {
            #expect(still(ofEntry: Array(whole.prefix(count)), initialization) == nil)
        }
    }

    @Test(
        "frames that were damaged anywhere are taken or not, and nothing else happens",
        arguments: [
            "ffmpeg-vp8-opus.webm", "ffmpeg-vp9-opus.webm", "ffmpeg-av1-opus.webm",
            "ffmpeg-h264-opus.mkv",
        ])
    func damaged(name: String) throws {
        let (initialization, frame) = try opened(name)
        var random = SeededRandom(seed: 14)
        for _ in 0..<2_000 {
            var other = Array(frame.prefix(Int.random(in: 0...frame.count, using: &random)))
            for _ in 0..<Int.random(in: 1...4, using: &random) where !other.isEmpty {
                // What is looked at stands at the beginning.
                let index = Int.random(in: 0..<min(other.count, 64), using: &random)
                other[index] = UInt8.random(in: 0...255, using: &random)
            }
            guard let still = still(other, initialization) else { continue }
            #expect(still.bytes.count < other.count + 4_096)
        }
    }

    @Test("a film of one frame has the size that the frame says")
    func filmSize() throws {
        let (initialization, frame) = try opened("ffmpeg-vp9-opus.webm")
        let said = VP9.picture(frame.span)
        let picture = try #require(said?.size)
        var track = initialization.tracks[0]
        track.pixelAspect = PixelAspect(horizontal: 16, vertical: 11)
        let bytes = WebMStill.bytes(of: frame.span, track, picture)
        let read = try Initialization.settings(of: bytes)
        #expect(read == (picture.width, picture.height))
    }
}

extension Initialization {
    /// The size of the only track's pictures.
    fileprivate static func settings(of film: [UInt8]) throws -> (Int?, Int?) {
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(film, through: &ingest)
        let track = output.initializations.first?.tracks.first
        return (track?.width, track?.height)
    }
}
