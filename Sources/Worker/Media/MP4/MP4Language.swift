// The language of a track in MP4: a code of three letters (ISO 639-2/T), and a tag of BCP 47 where that
// is all there is (ISO/IEC 14496-12 sections 8.4.2 and 8.4.6).

struct MP4Language: Sendable, Equatable {
    /// Three letters of five bits each.
    let code: UInt16
    /// What those cannot say.
    let tag: String?

    private static let undetermined = "und"
    /// Where bibliographers use other letters than those of the language's own name.
    private static let terms = [
        "alb": "sqi", "arm": "hye", "baq": "eus", "bur": "mya", "chi": "zho", "cze": "ces",
        "dut": "nld", "fre": "fra", "geo": "kat", "ger": "deu", "gre": "ell", "ice": "isl",
        "mac": "mkd", "mao": "mri", "may": "msa", "per": "fas", "rum": "ron", "slo": "slk",
        "tib": "bod", "wel": "cym",
    ]

    /// From a code or tag as the container had it: letters, digits and '-'.
    init(_ language: String?) {
        let given = language ?? MP4Language.undetermined
        let isCode = given.utf8.count == 3 && given.utf8.allSatisfy { 0x61...0x7A ~= $0 }
        let letters = isCode ? MP4Language.terms[given] ?? given : MP4Language.undetermined
        code = letters.utf8.reduce(0) { $0 << 5 | UInt16($1 - 0x60) }
        tag = isCode ? nil : given
    }
}
