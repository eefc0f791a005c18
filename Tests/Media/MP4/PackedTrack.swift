// Makes MP4 of what the parser put out: the frames of one track out of its clusters, counted, in fragments.

import Testing

@testable import Media

/// One track of an output, as MP4.
struct PackedTrack {
    let media: MediaTrack
    let track: MP4Track
    private(set) var samples: [Sample] = []
    private var payloads: [[UInt8]] = []

    /// All times are later by this, because the first frames are decoded before they are shown.
    static let shiftMs: Int64 = 1_000

    init(_ output: Output, track index: Int) throws {
        let initialization = try #require(output.initializations.first)
        media = initialization.tracks[index]
        track = try MP4Track(media)
        let clusters = [UInt8](output.bytes.dropFirst(initialization.bytes.count))
        var reader = ClusterReader()
        var timesMs: [Int64] = []
        while let (frame, data) = reader.next(in: clusters.span) {
            guard frame.track == index else { continue }
            timesMs.append(frame.timeMs + PackedTrack.shiftMs)
            payloads.append([UInt8](clusters[data]))
            samples.append(
                Sample(
                    decodeTime: 0, duration: 0, compositionOffset: 0,
                    isSync: frame.isKey || media.kind == .audio,
                    byteCount: UInt32(data.count)))
        }
        #expect(reader.position == clusters.count)
        if media.kind == .video { countPictures(timesMs) } else { try countSound(timesMs) }
    }

    /// A picture is decoded when as many are shown before it as may wait for it.
    private mutating func countPictures(_ timesMs: [Int64]) {
        let depth = media.reorderDepth
        let shown = timesMs.sorted()
        var last: Int64 = -1
        for index in samples.indices {
            let early = shown[0] - Int64(depth - index) * 20
            let decodeTime = max(last + 1, 90 * (index < depth ? early : shown[index - depth]))
            samples[index].decodeTime = UInt64(decodeTime)
            samples[index].compositionOffset = Int32(90 * timesMs[index] - decodeTime)
            last = decodeTime
        }
        endSamples(last: 3_600)
    }

    private mutating func countSound(_ timesMs: [Int64]) throws {
        var time = UInt64(try #require(timesMs.first)) * UInt64(track.timescale) / 1_000
        for index in samples.indices {
            samples[index].decodeTime = time
            let payload = payloads[index]
            let duration = SoundDuration.us(of: payload.span, in: media)
            let us = try #require(duration)
            // Rounded: microseconds are a little less than what they stand for.
            time += (us * UInt64(track.timescale) + 500_000) / 1_000_000
        }
        endSamples(last: 960)
    }

    private mutating func endSamples(last: UInt32) {
        for index in samples.indices {
            let next = samples.indices.contains(index + 1) ? samples[index + 1].decodeTime : nil
            samples[index].duration =
                next.map { UInt32($0 - samples[index].decodeTime) } ?? last
        }
    }

    /// A file of fragments with so many samples each, from one of them on.
    func file(samplesEach count: Int, from first: Int = 0) throws -> [UInt8] {
        var bytes = MP4Initialization(track).bytes
        var number: UInt32 = 0
        for start in stride(from: first, to: samples.count, by: count) {
            let end = min(start + count, samples.count)
            number += 1
            let clock = ProducerReferenceTime(
                wallMs: 1_790_000_000_000, mediaTime: samples[start].decodeTime)
            let fragment = try #require(
                MP4Fragment(
                    [Sample](samples[start..<end]), trackID: track.id, sequenceNumber: number,
                    beginsSegment: number % 3 == 1, referenceTime: number % 2 == 0 ? clock : nil))
            fragment.appendHeader(to: &bytes)
            for payload in payloads[start..<end] { bytes += payload }
        }
        return bytes
    }
}
