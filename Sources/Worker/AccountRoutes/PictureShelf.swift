// The pictures of channels that a worker has shown lately. So many bytes of them are kept; what was asked for
// longest ago goes first.
//
// Owner: the worker's loop thread.

import Accounts
import Channel
import HTTP
import Settings
import StreamState

struct PictureShelf {
    struct Kept {
        /// What the account said of its picture when this one came. A store that keeps the two apart may have
        /// one of which that is not true.
        let tag: PictureTag
        let resource: Resource
        fileprivate let bytes: Int
        /// Grows with every question.
        fileprivate var askedAt: UInt64
    }

    private var kept: [StreamName: Kept] = [:]
    private(set) var bytes = 0
    private let mostBytes: Int
    private var questions: UInt64 = 0

    /// One that is smaller counts as this: each has a name, and header fields.
    static let leastBytes = 4 * 1_024

    init(mostBytes: Int = Limits.picturesKeptBytes) { self.mostBytes = mostBytes }

    mutating func find(_ name: StreamName) -> Kept? {
        questions += 1
        kept[name]?.askedAt = questions
        return kept[name]
    }

    /// Takes the place of what the name has had. It is kept at least until the next one comes.
    mutating func put(_ picture: PictureRecord, of name: StreamName, tag: PictureTag) {
        remove(name)
        let count = max(picture.bytes.count, Self.leastBytes)
        questions += 1
        kept[name] = Kept(
            tag: tag, resource: Resource(Content(picture), isShared: false), bytes: count,
            askedAt: questions)
        bytes += count
        while bytes > mostBytes, kept.count > 1,
            let oldest = kept.min(by: { $0.value.askedAt < $1.value.askedAt })?.key
        {
            remove(oldest)
        }
    }

    private mutating func remove(_ name: StreamName) {
        bytes -= kept.removeValue(forKey: name)?.bytes ?? 0
    }
}

extension Content {
    /// It is an image, whatever a browser would like to make of it.
    fileprivate init(_ picture: PictureRecord) {
        self.init(
            fields: [
                // Another picture has another address, but one that is gone should not stay for long.
                HeaderField("cache-control", "public, max-age=300"),
                HeaderField("cross-origin-resource-policy", "cross-origin"),
                HeaderField("x-content-type-options", "nosniff"),
                HeaderField("content-security-policy", "default-src 'none'; sandbox"),
            ],
            contentFields: [HeaderField("content-type", picture.format.contentType)],
            bytes: picture.bytes, tag: EntityTag("\"\(picture.tag.text)\""))
    }
}
