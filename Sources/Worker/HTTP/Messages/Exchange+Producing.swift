// The bytes of a response's body, on their way from where they come from to the protocol's buffer.
//
// Unsafe use: the buffer is the caller's, valid for the length of a call, and nothing is written past its
// count.

extension Exchange {
    /// Fills a buffer with the next bytes of the response's body.
    package func produce(into buffer: UnsafeMutableRawBufferPointer) -> Production {
        switch response {
        case .bytes(let bytes, let offset):
            return unsafe produce(bytes, from: offset, into: buffer) { .bytes(bytes, offset: $0) }
        case .prepared(let offset):
            let bytes = prepared?.body ?? []
            return unsafe produce(bytes, from: offset, into: buffer) { .prepared(offset: $0) }
        case .source(let source): return unsafe produce(from: source, into: buffer)
        case .awaited, .producing, .waiting, .handedOn, .sent, .abandoned:
            assertionFailure("there is nothing to produce")
            return .abort
        }
    }

    private func produce(
        _ bytes: [UInt8], from offset: Int, into buffer: UnsafeMutableRawBufferPointer,
        rest: (_ offset: Int) -> ResponseProgress
    ) -> Production {
        let count = min(bytes.count - offset, buffer.count)
        unsafe bytes.withUnsafeBytes { bytes in
            let piece = unsafe bytes[offset..<offset + count]
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece))
        }
        sentBytes += count
        let isLast = offset + count == bytes.count
        response = isLast ? .handedOn : rest(offset + count)
        return isLast ? .last(count) : .bytes(count)
    }

    private func produce(
        from source: BodySource, into buffer: UnsafeMutableRawBufferPointer
    ) -> Production {
        let room = min(buffer.count, promisedBytes ?? .max)
        let buffer = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<room])
        response = .producing(source, isResumed: false)
        var production = unsafe source.produce(into: buffer)
        if case .wait = production, case .producing(_, true) = response {
            // Bytes may have arrived during the call: the source is asked once more before it waits.
            production = unsafe source.produce(into: buffer)
        }
        guard transport != nil else {
            response = .abandoned
            return .abort
        }
        if let promised = promisedBytes {
            promisedBytes = promised - production.count
            production = production.held(to: promised)
        }
        switch production {
        case .bytes(let count):
            sentBytes += count
            response = .source(source)
        case .last(let count):
            sentBytes += count
            response = .handedOn
        case .end: response = .handedOn
        case .wait:
            response = .waiting(source)
            sendWatch.stop()
        case .abort: abandonResponse(.reset)
        }
        return production
    }
}
