// The writer alone, given frames as a reader of any container would give them.

import Testing

@testable import Media

private func track(_ number: UInt64, _ kind: MediaTrack.Kind, codec: String) -> MediaTrack {
    MediaTrack(
        number: number, kind: kind, codec: codec, codecID: "", width: nil, height: nil,
        channels: nil, sampleRateHz: nil, codecPrivate: [])
}

private let tracks = [track(1, .video, codec: "vp8"), track(2, .audio, codec: "opus")]

private func writer(_ tracks: [MediaTrack] = tracks) -> FragmentWriter {
    var writer = FragmentWriter(limits: .usual)
    writer.begin(
        tracks.enumerated().map { TrackProgress($1, at: $0, fixedDurationMs: nil) }, served: tracks)
    return writer
}

extension FragmentWriter {
    fileprivate mutating func add(
        _ frame: Frame, _ bytes: [UInt8], elements: [UInt8] = [], into batch: inout FragmentBatch
    ) {
        add(frame, bytes.span, with: elements.span, into: &batch)
    }
}

/// What a batch holds, read back.
private func frames(in batch: FragmentBatch) -> [(Frame, [UInt8])] {
    var reader = ClusterReader()
    var found: [(Frame, [UInt8])] = []
    while let (frame, data) = reader.next(in: batch.bytes.span) {
        found.append((frame, [UInt8](batch.bytes[data])))
    }
    return found
}

@Suite("Frames into fragments")
struct FragmentWriterTests {
    @Test("frames that no container of ours has been near come out in clusters")
    func anyReader() {
        var writer = writer()
        var batch = FragmentBatch()
        let given = [
            Frame(track: 0, timeMs: 0, isKey: true), Frame(track: 1, timeMs: 7, isKey: true),
            Frame(track: 0, timeMs: 40, isDiscardable: true),
            Frame(track: 0, timeMs: 80, durationMs: 55, isKey: true),
        ]
        for (index, frame) in given.enumerated() {
            writer.add(frame, [UInt8(index)], into: &batch)
        }
        writer.closeFragment(in: &batch)
        #expect(batch.fragments.map(\.isIndependent) == [true, true])
        #expect(batch.fragments.map(\.mediaTimeMs) == [0, 80])
        #expect(batch.fragments.map(\.durationMs) == [80, 55])
        let found = frames(in: batch)
        #expect(found.map { $0.1 } == [[0], [1], [2], [3]])
        #expect(found.map { $0.0.timeMs } == given.map(\.timeMs))
        #expect(found.map { $0.0.isKey } == given.map(\.isKey))
        #expect(found.map { $0.0.isDiscardable } == given.map(\.isDiscardable))
    }

    @Test("elements go with a frame that has some, and with no other")
    func elements() {
        var writer = writer()
        var batch = FragmentBatch()
        let padding = element(ElementID.discardPadding, [1, 2])
        writer.add(
            Frame(track: 1, timeMs: 0, isKey: true, hasElements: true), [9], elements: padding,
            into: &batch)
        writer.add(
            Frame(track: 1, timeMs: 20, isKey: true), [8], elements: padding, into: &batch)
        let group = Document.group(2, 0, [9], extra: padding)
        let block = Document.block(2, 20, key: true, [8])
        #expect(batch.bytes.dropFirst(ClusterLayout.headerBytes) == (group + block)[...])
    }

    @Test("pictures wait for a key frame at the beginning and after a loss, sound does not")
    func keyFrames() {
        var writer = writer()
        var batch = FragmentBatch()
        let isKey = [false, true, false, false, true]
        for (index, isKey) in isKey.enumerated() {
            if index == 3 { writer.interrupt() }
            let timeMs = Int64(40 * index)
            writer.add(Frame(track: 0, timeMs: timeMs, isKey: isKey), [0], into: &batch)
            writer.add(Frame(track: 1, timeMs: timeMs, isKey: true), [1], into: &batch)
        }
        writer.closeFragment(in: &batch)
        #expect(
            frames(in: batch).filter { $0.0.track == 0 }.map { $0.0.timeMs } == [40, 80, 160])
        #expect(frames(in: batch).filter { $0.0.track == 1 }.count == 5)
        #expect(batch.fragments.filter(\.isDiscontinuity).map(\.mediaTimeMs) == [120])
    }

    @Test("a writer that goes on from a snapshot writes what the first one does, at every frame")
    func snapshots() throws {
        var writer = writer()
        var resumed = writer
        for index in 0..<400 {
            // Sound is ahead of the picture, so that frames wait.
            let isSound = index % 3 != 0
            let timeMs = Int64(isSound ? 20 * index + 90 : 20 * index)
            let frame = Frame(
                track: isSound ? 1 : 0, timeMs: timeMs, isKey: isSound || index % 60 == 0)
            var first = FragmentBatch()
            var second = FragmentBatch()
            writer.add(frame, [UInt8(index & 0xFF)], into: &first)
            resumed.add(frame, [UInt8(index & 0xFF)], into: &second)
            writer.closeFragment(in: &first)
            resumed.closeFragment(in: &second)
            #expect(first.bytes == second.bytes)
            #expect(first.fragments == second.fragments)
            var reader = SnapshotReader(bytes: writer.snapshot())
            var next = FragmentWriter(limits: .usual)
            let counts = try next.restore(from: &reader, served: tracks)
            let carry = writer.carried
            #expect(reader.isAtEnd && counts.heldBytes == carry.count)
            #expect(try next.restore(carried: carry, counts).isEmpty)
            resumed = next
        }
        #expect(!writer.order.held.isEmpty)
    }

    @Test("a snapshot of another init is refused")
    func otherTracks() {
        let snapshot = writer().snapshot()
        let others = [
            [tracks[0]], [tracks[1], tracks[0]], tracks + [track(3, .audio, codec: "opus")],
        ]
        for other in others {
            var reader = SnapshotReader(bytes: snapshot)
            var next = FragmentWriter(limits: .usual)
            #expect(throws: MediaError.malformed("a parser snapshot belongs to another init")) {
                _ = try next.restore(from: &reader, served: other)
            }
        }
    }
}
