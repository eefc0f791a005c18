// The address of a stream as people paste it: with doubled or trailing slashes, with characters encoded
// unnecessarily (RFC 3986, section 6.2.2.2), with white space after it. The meaning is plain, so it is
// understood. All other addresses are taken as they are.
//
// Pure. The result names a stream by a valid name, so it is safe in a Location, and nothing in it is
// decoded twice.

import StreamState

struct StreamAddress {
    /// The last part of a path of two parts.
    private static let places: Set<String> = ["live", "watchLive", "embed"]
    private static let whiteSpace: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]

    /// The parts of the path as they should have been sent.
    let path: [Substring]

    /// It is the address of media, not of a page.
    var isOfMedia: Bool { path.count == 2 && path[1] == "live" }

    /// Nil when `path`, split at its slashes, is no such address or is already right.
    init?(_ path: [Substring]) {
        guard path.contains(where: { $0.isEmpty || $0.utf8.contains(UInt8(ascii: "%")) }) else {
            return nil
        }
        var parts = path.filter { !$0.isEmpty }.map(Self.decoded)
        while let byte = parts.last?.last, Self.whiteSpace.contains(byte) {
            parts[parts.count - 1].removeLast()
        }
        if parts.last?.isEmpty == true { parts.removeLast() }
        let texts = parts.map { Substring(decoding: $0, as: UTF8.self) }
        guard let place = texts.last, let meant = Self.meant(texts, place), meant != path else {
            return nil
        }
        self.path = meant
    }

    private static func meant(_ texts: [Substring], _ place: Substring) -> [Substring]? {
        if texts.count == 1 { return place == "live" ? texts : nil }
        guard texts.count == 2, places.contains(String(place)),
            let name = try? StreamName(texts[0])
        else { return nil }
        return [Substring(name.text), place]
    }

    /// With unreserved characters and white space decoded; everything else stays encoded.
    private static func decoded(_ part: Substring) -> [UInt8] {
        let bytes = Array(part.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = hexadecimal(bytes[index + 1]), let low = hexadecimal(bytes[index + 2]),
                isUnreserved(high << 4 | low) || whiteSpace.contains(high << 4 | low)
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
