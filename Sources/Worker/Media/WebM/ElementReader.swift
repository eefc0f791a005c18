// Reading EBML: variable-length integers, element headers, and the children of an element that is
// held whole (RFC 8794 sections 4 to 7). Positions are byte offsets into the span they are used
// with.

/// The identifier and size that start an element.
struct ElementHeader: Equatable {
    /// With its length marker, one to four bytes.
    let id: UInt32
    /// Bytes of identifier and size together: 2 to 12.
    let headerBytes: Int
    /// Bytes of content; nil when the size is unknown.
    let size: UInt64?

    /// Longest header: EBMLMaxIDLength 4, EBMLMaxSizeLength 8.
    static let mostBytes = 12

    enum Parsed: Equatable {
        case header(ElementHeader)
        /// This many bytes from the start are needed to know more.
        case needs(Int)
    }

    /// Reads the header at `start`; nothing at or past `end` is looked at.
    static func parse(
        _ bytes: Span<UInt8>, at start: Int, end: Int
    ) throws(MediaError) -> Parsed {
        guard start < end else { return .needs(1) }
        let idLength = bytes[start].leadingZeroBitCount + 1
        guard idLength <= 4 else {
            throw .malformed("an element identifier is longer than four bytes")
        }
        guard end - start > idLength else { return .needs(idLength + 1) }
        var id: UInt32 = 0
        for offset in 0..<idLength { id = id << 8 | UInt32(bytes[start + offset]) }
        let dataMask = (UInt32(1) << (7 * UInt32(idLength))) - 1
        guard id & dataMask != 0, id & dataMask != dataMask else {
            throw .malformed("an element identifier is reserved")
        }
        let sizeStart = start + idLength
        let sizeLength = bytes[sizeStart].leadingZeroBitCount + 1
        guard sizeLength <= 8 else {
            throw .malformed("an element size is longer than eight bytes")
        }
        let headerBytes = idLength + sizeLength
        guard end - start >= headerBytes else { return .needs(headerBytes) }
        let size = variableInteger(bytes, at: sizeStart, length: sizeLength)
        let unknown = (UInt64(1) << (7 * UInt64(sizeLength))) - 1
        return .header(
            ElementHeader(id: id, headerBytes: headerBytes, size: size == unknown ? nil : size))
    }

    /// The value of a variable-length integer whose length is known and whose bytes are all there.
    static func variableInteger(_ bytes: Span<UInt8>, at start: Int, length: Int) -> UInt64 {
        var value = UInt64(bytes[start]) & ((UInt64(1) << (8 - UInt64(length))) - 1)
        for offset in 1..<max(length, 1) { value = value << 8 | UInt64(bytes[start + offset]) }
        return value
    }
}

/// One element that is in memory whole.
struct Element {
    let id: UInt32
    /// Header and content.
    let whole: Range<Int>
    let content: Range<Int>
}

/// Walks over the children of a master element that is in memory whole.
struct ElementReader {
    private var position: Int
    private let end: Int

    init(children content: Range<Int>) {
        position = content.lowerBound
        end = content.upperBound
    }

    /// The next child, or nil after the last. A child must lie in its parent and have a known size.
    mutating func next(in bytes: Span<UInt8>) throws(MediaError) -> Element? {
        guard position < end else { return nil }
        guard case .header(let header) = try ElementHeader.parse(bytes, at: position, end: end)
        else { throw .malformed("an element is cut off by the end of its parent") }
        guard let size = header.size else {
            throw .malformed("an element other than Segment and Cluster has an unknown size")
        }
        let contentStart = position + header.headerBytes
        guard size <= UInt64(end - contentStart) else {
            throw .malformed("an element is larger than its parent")
        }
        let contentEnd = contentStart + Int(size)
        let element = Element(
            id: header.id, whole: position..<contentEnd, content: contentStart..<contentEnd)
        position = contentEnd
        return element
    }
}

extension Element {
    /// An unsigned integer: up to eight bytes, none means 0 (RFC 8794 section 7.2).
    func unsigned(in bytes: Span<UInt8>) throws(MediaError) -> UInt64 {
        guard content.count <= 8 else { throw .malformed("an integer is longer than eight bytes") }
        var value: UInt64 = 0
        for index in content { value = value << 8 | UInt64(bytes[index]) }
        return value
    }

    /// A signed integer, two's complement (RFC 8794 section 7.1).
    func signed(in bytes: Span<UInt8>) throws(MediaError) -> Int64 {
        let value = try unsigned(in: bytes)
        guard content.count > 0 else { return 0 }
        let shift = UInt64(64 - 8 * content.count)
        return Int64(bitPattern: value << shift) >> Int64(shift)
    }

    /// A float of 0, 4 or 8 bytes (RFC 8794 section 7.3).
    func float(in bytes: Span<UInt8>) throws(MediaError) -> Double {
        let pattern = try unsigned(in: bytes)
        switch content.count {
        case 0: return 0
        case 4: return Double(Float(bitPattern: UInt32(pattern)))
        case 8: return Double(bitPattern: pattern)
        default: throw .malformed("a float is neither four nor eight bytes long")
        }
    }

    /// A short printable ASCII string; bytes after a NUL do not count (RFC 8794 section 7.4).
    func shortString(in bytes: Span<UInt8>, mostBytes: Int) throws(MediaError) -> String {
        var text = ""
        for index in content {
            let byte = bytes[index]
            if byte == 0 { break }
            guard byte >= 0x20, byte < 0x7F, text.utf8.count < mostBytes else {
                throw .malformed("a string is too long or not printable")
            }
            text.unicodeScalars.append(Unicode.Scalar(byte))
        }
        return text
    }

    /// Text for people: valid UTF-8 without control characters, cut at a whole character if it is
    /// longer than `mostBytes`; bytes after a NUL do not count. Nil if nothing of it is left.
    func text(in bytes: Span<UInt8>, mostBytes: Int) -> String? {
        var characters = contentBytes(in: bytes)
        if let end = characters.firstIndex(of: 0) { characters.removeSubrange(end...) }
        guard
            var text = String(
                validating: Element.wholeCharacters(characters, mostBytes), as: UTF8.self)
        else { return nil }
        text.unicodeScalars.removeAll { $0.properties.generalCategory == .control }
        return text.isEmpty ? nil : text
    }

    /// The bytes up to the last character that begins and ends within so many.
    private static func wholeCharacters(_ bytes: [UInt8], _ most: Int) -> ArraySlice<UInt8> {
        var part = bytes.prefix(most)
        guard part.count < bytes.count else { return part }
        while let last = part.last, last & 0xC0 == 0x80 { part.removeLast() }
        // Its first byte, which may or may not have all that follow.
        if let last = part.last, last >= 0xC0 { part.removeLast() }
        return part
    }

    /// A copy of the content.
    func contentBytes(in bytes: Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.append(copying: bytes.extracting(content))
        return copy
    }
}
