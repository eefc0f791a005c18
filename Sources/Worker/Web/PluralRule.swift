// Which form of a word goes with a number: the cardinal rules of CLDR for whole numbers. Scripts ask
// Intl.PluralRules, which knows the same rules.

/// The forms that languages have. The raw value is CLDR's name.
enum PluralForm: String, CaseIterable, Sendable {
    case zero, one, two, few, many, other
}

/// The rules of a family of languages. A language that is not in the table has two forms, as English has.
enum PluralRule: Sendable {
    /// One thing or several: English, German, Dutch, Swedish, Greek, ...
    case one
    /// None and one are alike: French, Portuguese; whole millions have a form of their own.
    case upToOne
    /// One thing or several, and whole millions: Spanish, Italian, Catalan.
    case oneAndMillions
    /// Russian, Ukrainian, Belarusian.
    case eastSlavic
    case polish
    /// Czech, Slovak.
    case czech
    /// Croatian, Serbian, Bosnian.
    case southSlavic
    case arabic
    /// Nothing changes with the number: Japanese, Chinese, Korean, ...
    case none

    init(language: String) {
        let primary = language.prefix { $0 != "-" }
        self = Self.families[String(primary)] ?? .one
    }

    private static let families: [String: PluralRule] = [
        "fr": .upToOne, "pt": .upToOne, "es": .oneAndMillions, "it": .oneAndMillions,
        "ca": .oneAndMillions, "ru": .eastSlavic, "uk": .eastSlavic, "be": .eastSlavic,
        "pl": .polish, "cs": .czech, "sk": .czech, "hr": .southSlavic, "sr": .southSlavic,
        "bs": .southSlavic, "ar": .arabic, "ja": .none, "zh": .none, "ko": .none, "vi": .none,
        "th": .none, "id": .none,
    ]

    /// The forms that a table needs for such a language.
    var forms: Set<PluralForm> {
        switch self {
        case .one: [.one, .other]
        case .upToOne, .oneAndMillions: [.one, .many, .other]
        // Fractions have the form `other`.
        case .eastSlavic, .polish, .czech: [.one, .few, .many, .other]
        case .southSlavic: [.one, .few, .other]
        case .arabic: Set(PluralForm.allCases)
        case .none: [.other]
        }
    }

    /// The form for a whole number that is not negative.
    func form(_ number: Int) -> PluralForm {
        let (tens, hundreds) = (number % 10, number % 100)
        let isFew = (2...4).contains(tens) && !(12...14).contains(hundreds)
        switch self {
        case .none: return .other
        case .one: return number == 1 ? .one : .other
        case .upToOne: return number <= 1 ? .one : Self.millions(number)
        case .oneAndMillions: return number == 1 ? .one : Self.millions(number)
        case .eastSlavic:
            return tens == 1 && hundreds != 11 ? .one : isFew ? .few : .many
        case .polish: return number == 1 ? .one : isFew ? .few : .many
        case .czech: return number == 1 ? .one : (2...4).contains(number) ? .few : .other
        case .southSlavic: return tens == 1 && hundreds != 11 ? .one : isFew ? .few : .other
        case .arabic: return Self.arabic(number)
        }
    }

    private static func millions(_ number: Int) -> PluralForm {
        number != 0 && number % 1_000_000 == 0 ? .many : .other
    }

    private static func arabic(_ number: Int) -> PluralForm {
        switch (number, number % 100) {
        case (0, _): .zero
        case (1, _): .one
        case (2, _): .two
        case (_, 3...10): .few
        case (_, 11...99): .many
        default: .other
        }
    }
}
