// The forms of CLDR for whole numbers (cldr/common/supplemental/plurals.xml).

import Testing

@testable import Web

@Suite struct PluralRuleTests {
    @Test(
        "each language has its forms",
        arguments: [
            ("en", [0: "other", 1: "one", 2: "other", 11: "other", 21: "other"]),
            ("de", [0: "other", 1: "one", 2: "other", 1_000_000: "other"]),
            ("es", [0: "other", 1: "one", 2: "other", 1_000_000: "many", 1_000_001: "other"]),
            ("fr", [0: "one", 1: "one", 2: "other", 2_000_000: "many"]),
            ("pt-br", [0: "one", 1: "one", 2: "other", 1_000_000: "many"]),
            (
                "ru",
                [
                    0: "many", 1: "one", 2: "few", 4: "few", 5: "many", 11: "many", 12: "many",
                    14: "many", 21: "one", 22: "few", 111: "many", 112: "many",
                ]
            ),
            (
                "pl",
                [0: "many", 1: "one", 2: "few", 5: "many", 12: "many", 21: "many", 22: "few"]
            ),
            ("cs", [0: "other", 1: "one", 2: "few", 4: "few", 5: "other", 22: "other"]),
            ("hr", [0: "other", 1: "one", 3: "few", 11: "other", 21: "one", 24: "few"]),
            (
                "ar",
                [
                    0: "zero", 1: "one", 2: "two", 3: "few", 10: "few", 11: "many", 99: "many",
                    100: "other", 102: "other", 103: "few", 111: "many",
                ]
            ),
            ("ja", [0: "other", 1: "other", 2: "other"]),
            ("xx", [0: "other", 1: "one", 2: "other"]),
        ] as [(String, [Int: String])])
    func forms(language: String, forms: [Int: String]) {
        let rule = PluralRule(language: language)
        for (number, form) in forms {
            #expect(rule.form(number).rawValue == form, "\(number)")
            #expect(rule.forms.contains(rule.form(number)), "\(number)")
        }
    }
}
