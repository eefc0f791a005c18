// The members of a JSON object with which a channel says something, each checked. Members with other names
// are passed over: a newer program may send more.
//
// Pure.

import Settings
import Text

struct ChannelMembers {
    private let json: JSONValue

    /// Errors: it is no object.
    init(_ json: JSONValue) throws(ChannelFault) {
        guard case .object = json else {
            throw ChannelFault("body", .wrongKind(expected: "an object"))
        }
        self.json = json
    }

    /// Nil when it is absent or null.
    private func value(_ name: String) -> JSONValue? {
        json[name].flatMap { $0 == .null ? nil : $0 }
    }

    /// Empty when it is absent.
    func text(
        _ name: String, characters: Int, lines: Bool = false
    ) throws(ChannelFault) -> String {
        guard let value = value(name) else { return "" }
        guard let text = value.string else {
            throw ChannelFault(name, .wrongKind(expected: "a text"))
        }
        do {
            return try ShownText.checked(text, characters: characters, lines: lines)
        } catch { throw ChannelFault(name, .text(error)) }
    }

    /// Without empty ones.
    func texts(_ name: String, most: Int, characters: Int) throws(ChannelFault) -> [String] {
        var texts: [String] = []
        for element in try list(name, most: most) {
            let one = try ChannelMembers(.object([JSONMember(name, element)]))
            let text = try one.text(name, characters: characters)
            if !text.isEmpty { texts.append(text) }
        }
        guard Set(texts.map { $0.lowercased() }).count == texts.count else {
            throw ChannelFault(name, .twice)
        }
        return texts
    }

    private func list(_ name: String, most: Int) throws(ChannelFault) -> [JSONValue] {
        guard let value = value(name) else { return [] }
        guard let list = value.array else {
            throw ChannelFault(name, .wrongKind(expected: "a list"))
        }
        guard list.count <= most else { throw ChannelFault(name, .tooMany(most: most)) }
        return list
    }

    func flag(_ name: String) throws(ChannelFault) -> Bool {
        guard let value = value(name) else { return false }
        guard let flag = value.boolean else {
            throw ChannelFault(name, .wrongKind(expected: "true or false"))
        }
        return flag
    }

    /// Well-formed as far as that takes no list of languages (RFC 5646, section 2.1): letters and digits
    /// between hyphens, two to eight of them first. Nil when it is absent or empty.
    func language(_ name: String) throws(ChannelFault) -> String? {
        let tag = try text(name, characters: Limits.languageTagBytes)
        if tag.isEmpty { return nil }
        let parts = tag.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isWellFormed = parts.enumerated().allSatisfy { index, part in
            index == 0
                ? (2...8).contains(part.count) && part.allSatisfy(isLetter)
                : (1...8).contains(part.count) && part.allSatisfy { isLetter($0) || isDigit($0) }
        }
        guard isWellFormed else { throw ChannelFault(name, .notALanguage) }
        return tag
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    func links(_ name: String) throws(ChannelFault) -> [Profile.Link] {
        var links: [Profile.Link] = []
        for element in try list(name, most: Limits.links) {
            guard case .object = element else {
                throw ChannelFault(name, .wrongKind(expected: "a list of objects"))
            }
            guard let address = element["address"]?.string, LinkAddress.isValid(address) else {
                throw ChannelFault(name, .notALink)
            }
            let label = try Self.label(of: element, in: name)
            links.append(Profile.Link(label: label, address: address))
        }
        guard Set(links.map(\.address)).count == links.count else {
            throw ChannelFault(name, .twice)
        }
        return links
    }

    private static func label(
        of link: JSONValue, in name: String
    ) throws(ChannelFault) -> String {
        do {
            return try ChannelMembers(link).text(
                "label", characters: Limits.linkLabelCharacters)
        } catch { throw ChannelFault(name, error.reason) }
    }
}
