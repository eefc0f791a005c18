// A text that strangers write and everybody sees: a title, a name, a line. It is bounded, and it cannot
// disturb what stands around it.
//
// Pure.

import Settings

/// Why a text is not taken.
package enum TextFault: Error, Equatable, Sendable {
    case tooLong(characters: Int)
    /// A control character, a line break where there is one line, or one that turns the direction of what
    /// follows.
    case unprintable
}

package enum ShownText {
    /// `text` without white space at its ends, and line breaks as "\n".
    /// - Parameter lines: whether it may have several.
    /// Errors: why it is not taken.
    package static func checked(
        _ text: String, characters: Int, lines: Bool = false
    ) throws(TextFault) -> String {
        guard text.utf8.count <= characters * Limits.bytesPerTextCharacter else {
            throw .tooLong(characters: characters)
        }
        let text = lines ? withPlainBreaks(text) : text
        let trimmed = trimmed(text)
        guard trimmed.count <= characters else { throw .tooLong(characters: characters) }
        guard trimmed.unicodeScalars.allSatisfy({ isShown($0) || lines && $0 == "\n" }) else {
            throw .unprintable
        }
        return String(trimmed)
    }

    /// A line break is one scalar: forms and systems send two.
    private static func withPlainBreaks(_ text: String) -> String {
        text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    }

    private static func trimmed(_ text: String) -> Substring {
        let rest = text.drop(while: \.isWhitespace)
        return rest[
            ..<(rest.lastIndex { !$0.isWhitespace }.map(rest.index(after:)) ?? rest.startIndex)]
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            false
        // Joiners and variation marks make letters and emojis; marks of direction reach beyond the text.
        case .format: !isOfDirection(scalar)
        default: true
        }
    }

    /// Embeddings, overrides and isolates (UAX 9, section 2), and the byte order mark.
    private static func isOfDirection(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            || scalar.value == 0xFEFF
    }
}
