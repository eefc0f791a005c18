// The language of an answer: what a browser likes, or what the address asks for.

import Testing

@testable import HTTP

@Suite struct AcceptLanguageTests {
    private static let languages = ["en", "de", "es", "pt-br"]

    private func best(_ field: String) -> String? {
        AcceptLanguage.best(Array(field.utf8).span, among: Self.languages)
            .map { Self.languages[$0] }
    }

    @Test(
        "the language with the greatest weight is taken, of equals the first",
        arguments: [
            ("de", "de"), ("DE-at", "de"), ("de-CH-1996", "de"), ("es-419,es;q=0.9", "es"),
            ("fr, de;q=0.5, es;q=0.8", "es"), ("de;q=0.8, es;q=0.8", "de"),
            ("de ; q=0.8 , es; Q=0.9", "es"), ("fr;q=1, en;q=0.1", "en"),
            ("de;q=0.001, es;q=0.002", "es"), ("de;q=1.000, es", "de"), ("pt-BR", "pt-br"),
        ])
    func weights(field: String, language: String) {
        #expect(best(field) == language)
    }

    @Test("anything else takes the first there is", arguments: ["*", "ar, *;q=0.1", "fr,*"])
    func others(field: String) {
        #expect(best(field) == "en")
    }

    @Test(
        "what is refused, unknown or no language at all is not taken",
        arguments: [
            "", ",,;", "ar", "de;q=0", "de;q=0.000", "deu", "d", "de_DE", "pt", "de;q=x", "de;q",
            "de;q=1;x=2", "de;level=1", "-de", "*;q=0",
        ])
    func none(field: String) {
        #expect(best(field) == nil)
    }

    @Test("a weight beyond one counts as one")
    func beyondOne() {
        #expect(best("de;q=9, es;q=1") == "de")
        #expect(best("de;q=1, es;q=9") == "de")
    }

    @Test("only so many ranges are looked at")
    func bounded() {
        #expect(best(String(repeating: "ar,", count: 31) + "de") == "de")
        #expect(best(String(repeating: "ar,", count: 32) + "de") == nil)
    }

    @Test(
        "the address has the last word, if it names a language that there is",
        arguments: [
            ("/", "de", "de"), ("/?lang=es", "de", "es"), ("/?a=b&lang=ES", "de", "es"),
            ("/?lang=fr", "de", "de"), ("/?lang=", "de", "de"), ("/?lang=es&lang=de", "en", "en"),
            ("/?lang=%", "de", "de"), ("/", nil, "en"), ("/", "ar", "en"),
        ] as [(String, String?, String)])
    func asked(target: String, field: String?, language: String) {
        let headers = field.map { [HeaderField("accept-language", $0)] } ?? []
        let request = Request(method: "GET", target: target, headers: headers)
        #expect(request.language(among: Self.languages) == language)
    }
}
