// From the reader to the writer: an element is read, and the frames of a block are handed over, one by
// one. Fragments that the writer ends meanwhile get the reader's part of their snapshot.

extension WebMIngest {
    /// Reads the element at the start of `window`, and writes its frames.
    mutating func read(
        _ window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) -> WebMReader.Step {
        let step = try reader.next(in: window)
        switch step {
        case .needs:
            return step
        case .consumed(let count):
            try reader.count(passed: count)
            return step
        case .header(let draft, let count):
            // What waits belongs to the old broadcast, and the fragment that is being written must
            // not have the new one in its snapshot.
            writeHeld(before: window, into: &batch)
            closeFragment(in: &batch, before: window)
            reader.enter(draft)
            return .consumed(count)
        case .initialization(let initialization, let tracks, _):
            writer.begin(tracks, served: initialization.tracks)
            return step
        case .block(let block, let count):
            try write(block, from: window, into: &batch)
            reader.finish(block: count)
            return .consumed(count)
        }
    }

    // MARK: Frames

    /// Writes a block's frames, each at its own time.
    private mutating func write(
        _ block: IncomingBlock, from window: Span<UInt8>, into batch: inout FragmentBatch
    ) throws(MediaError) {
        guard let track = block.track else { return }
        if block.group != nil { reader.collectElements(of: block, in: window) }
        guard !block.isLaced else {
            try writeLace(block, track, from: window, into: &batch)
            return
        }
        let frame = reader.frame(of: block, track: track)
        try write(frame, block.payload, from: window, into: &batch)
    }

    private mutating func writeLace(
        _ block: IncomingBlock, _ track: Int, from window: Span<UInt8>,
        into batch: inout FragmentBatch
    ) throws(MediaError) {
        let frames = try Lacing.frames(flags: block.flags, payload: block.payload, in: window)
        var offsetUs: UInt64 = 0
        for (index, payload) in frames.enumerated() {
            let progress = writer.tracks[track]
            let durationUs = try reader.durationUs(
                of: payload, in: block, track: track, count: frames.count,
                usualMs: progress.frameDurationMs, isFixed: progress.hasFixedDuration,
                window: window)
            if index >= reader.lacedFramesDone {
                let frame = reader.frame(
                    of: block, track: track, afterUs: offsetUs, durationUs: durationUs,
                    isLast: index == frames.count - 1)
                try write(frame, payload, from: window, into: &batch)
                reader.lacedFramesDone = index + 1
            }
            offsetUs += durationUs
        }
        reader.lacedFramesDone = 0
    }

    private mutating func write(
        _ frame: Frame, _ payload: Range<Int>, from window: Span<UInt8>,
        into batch: inout FragmentBatch
    ) throws(MediaError) {
        let data = window.extracting(payload)
        guard !reader.frames[frame.track].isPlain else {
            add(frame, data, from: window, into: &batch)
            return
        }
        // Out of the reader for the time being, because the frame is in it.
        var unpacked: [UInt8] = []
        swap(&unpacked, &reader.unpacked)
        defer { swap(&unpacked, &reader.unpacked) }
        unpacked.removeAll(keepingCapacity: true)
        if try reader.frames[frame.track].unpack(data, into: &unpacked) {
            add(frame, unpacked.span, from: window, into: &batch)
        } else {
            add(frame, data, from: window, into: &batch)
        }
    }

    /// `data` is the frame as players get it.
    private mutating func add(
        _ frame: Frame, _ data: Span<UInt8>, from window: Span<UInt8>,
        into batch: inout FragmentBatch
    ) {
        var frame = frame
        frame.isKey = reader.isKey(frame, data)
        let first = batch.fragments.count
        if frame.hasElements {
            var elements: [UInt8] = []
            swap(&elements, &reader.elements)
            writer.add(frame, data, with: elements.span, into: &batch)
            swap(&elements, &reader.elements)
        } else {
            writer.add(frame, data, with: Span(), into: &batch)
        }
        complete(from: first, in: &batch, before: window)
    }

    // MARK: Fragments

    /// Writes all that waits. `window` begins with what has not been taken yet.
    mutating func writeHeld(before window: Span<UInt8>, into batch: inout FragmentBatch) {
        let first = batch.fragments.count
        writer.writeHeld(into: &batch)
        complete(from: first, in: &batch, before: window)
    }

    /// Ends the fragment that is being written, before `window`.
    mutating func closeFragment(
        in batch: inout FragmentBatch, before window: Span<UInt8>
    ) {
        let first = batch.fragments.count
        writer.closeFragment(in: &batch)
        complete(from: first, in: &batch, before: window)
    }

    /// Adds to the fragments from `first` on what only the reader knows. They are valid up to
    /// `boundary`, where `window` begins.
    private func complete(
        from first: Int, in batch: inout FragmentBatch, before window: Span<UInt8>
    ) {
        for index in first..<batch.fragments.count {
            reader.appendSnapshot(to: &batch.fragments[index].state)
            batch.fragments[index].consumedInput = max(0, boundary)
            // What earlier pushes brought of the element that is being read is in no later input.
            if boundary < 0 {
                let count = min(-boundary, window.count)
                batch.fragments[index].carry.append(copying: window.extracting(..<count))
            }
        }
    }
}
