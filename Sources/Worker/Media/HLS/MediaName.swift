// The name of something that has media in it: an init, a segment or a part. Relative to /NAME/hls/ or
// /NAME/dash/, which have the same names for the same bytes:
//
//     EPOCH/v1/init-0.mp4    the init of rendition v1, as the header of the broadcast says it
//     EPOCH/v1/init-7.mp4    its init from segment 7 on, as its pictures say it
//     EPOCH/v1/120.m4s       segment 120
//     EPOCH/v1/120.3.m4s     its part 3; parts count from 0
//
// EPOCH is that of the ring, a random number that no two rings share, as sixteen hexadecimal digits; in it,
// ordinals of segments and versions of inits never repeat. So a name never means two things, whatever
// becomes of the stream, and a cache may keep what it has for as long as it likes.
//
// A part past the last one of its segment is the first part of the next segment, as in `_HLS_part`. A
// playlist hints at the next part before anybody knows whether a key frame will begin a new segment with it;
// so it names the part as if the segment went on, and if a new one begins instead, its first part keeps the
// name that was hinted (`listed`). That part has its other name, too (121.0 for 120.7): one thing may
// have two names, as long as no name has two things.

package struct MediaName: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case initialization(version: UInt64)
        case segment(UInt64)
        case part(UInt64, of: UInt64)
    }

    /// Of the ring.
    package var epoch: UInt64
    package var rendition: RenditionName
    package var content: Content

    package init(epoch: UInt64, rendition: RenditionName, _ content: Content) {
        self.epoch = epoch
        self.rendition = rendition
        self.content = content
    }

    /// The name under which a part is listed, and hinted at before.
    ///
    /// - Parameter partsBefore: how many parts the segment before has; nil when this segment follows none
    ///   in the same ring, and 0 when that one was not listed in parts.
    package static func listed(
        part: UInt64, of segment: UInt64, partsBefore: UInt64?
    ) -> Content {
        guard part == 0, segment > 0, let partsBefore, partsBefore > 0 else {
            return .part(part, of: segment)
        }
        return .part(partsBefore, of: segment - 1)
    }

    package var text: String { text(separator: "/") }

    /// The same without what has a meaning elsewhere: in an entity tag, for example.
    package func text(separator: String) -> String {
        // A list has a hundred of these, so they are written digit by digit.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        bytes.append(hexadecimal: epoch)
        bytes.append(contentsOf: separator.utf8)
        bytes.append(contentsOf: rendition.text.utf8)
        bytes.append(contentsOf: separator.utf8)
        switch content {
        case .initialization(let version):
            bytes.append(contentsOf: "init-".utf8)
            bytes.append(decimal: version)
            bytes.append(contentsOf: ".mp4".utf8)
        case .segment(let segment):
            bytes.append(decimal: segment)
            bytes.append(contentsOf: ".m4s".utf8)
        case .part(let part, let segment):
            bytes.append(decimal: segment)
            bytes.append(UInt8(ascii: "."))
            bytes.append(decimal: part)
            bytes.append(contentsOf: ".m4s".utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func hexadecimal(_ epoch: UInt64) -> String {
        var digits: [UInt8] = []
        digits.append(hexadecimal: epoch)
        return String(decoding: digits, as: UTF8.self)
    }

    // MARK: Reading

    /// Only a name exactly as `text` writes it.
    init?(_ scanner: inout NameScanner, in path: Span<UInt8>) {
        guard let epoch = scanner.hexadecimal64(in: path), scanner.take("/", in: path),
            let rendition = RenditionName(&scanner, in: path), scanner.take("/", in: path),
            let content = Self.content(&scanner, in: path), scanner.isAtEnd
        else { return nil }
        self.init(epoch: epoch, rendition: rendition, content)
    }

    private static func content(
        _ scanner: inout NameScanner, in path: Span<UInt8>
    ) -> Content? {
        if scanner.take("init-", in: path) {
            guard let version = scanner.canonicalNumber(in: path), scanner.take(".mp4", in: path)
            else { return nil }
            return .initialization(version: version)
        }
        guard let segment = scanner.canonicalNumber(in: path) else { return nil }
        if scanner.take(".m4s", in: path) { return .segment(segment) }
        guard scanner.take(".", in: path), let part = scanner.canonicalNumber(in: path),
            scanner.take(".m4s", in: path)
        else { return nil }
        return .part(part, of: segment)
    }
}
