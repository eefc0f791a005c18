import Testing

@testable import HTTP

@Suite struct NamedValuesTests {
    @Test(
        "the values of a name are found in a query, in their order",
        arguments: [
            ("key=a", ["a"]), ("start=1&key=a&key=", ["a", ""]), ("key=a=b", ["a=b"]),
            ("key", []), ("xkey=a&keys=a&KEY=a", []), ("", []), ("&&key=a&", ["a"]),
            (" key=a", []), ("key=a%20b", ["a%20b"]),
        ] as [(Substring, [Substring])])
    func queries(query: Substring, values: [Substring]) {
        #expect(NamedValues.inQuery(query, named: "key") == values)
    }

    @Test(
        "the values of a name are found among cookies, in their order",
        arguments: [
            ("id=a", ["a"]), ("x=1; id=a;id=b;\tid=c", ["a", "b", "c"]), ("x=id=a", []),
            ("id =a", []), ("", []), ("; ;id=", [""]),
        ] as [(String, [Substring])])
    func cookies(field: String, values: [Substring]) {
        #expect(NamedValues.inCookies(field, named: "id") == values)
    }

    @Test("a combining mark behind a separator is part of what follows, and hides nothing")
    func combiningMarks() {
        #expect(NamedValues.inQuery("a=1&\u{301}key=a&key=b", named: "key") == ["b"])
        let value = NamedValues.inCookies("id=\u{338}a", named: "id").first
        #expect(value.map { Array($0.utf8) } == Array("\u{338}a".utf8))
    }
}

@Suite struct AuthorizationFieldTests {
    @Test(
        "a secret is a bearer token, or the password of Basic",
        arguments: [
            ("Bearer abc", "abc"), ("bEARER   abc", "abc"), ("Bearer a b", "a b"),
            // "u:p", ":p", "u:p:q", "u:"
            ("Basic dTpw", "p"), ("basic OnA=", "p"), ("Basic OnA", "p"), ("Basic dTpwOnE=", "p:q"),
            ("Basic dTo=", ""),
            // A user that is no UTF-8: "\xFF:p"
            ("Basic /zpw", "p"),
        ])
    func secrets(field: String, secret: String) {
        #expect(AuthorizationField.secret(field) == secret)
    }

    @Test(
        "what presents none is not looked at",
        arguments: [
            "", "Bearer", "Bearer ", "Basic ", "Digest abc", " Bearer abc", "Bearer\tabc",
            // No base64, no colon, a password that is no UTF-8.
            "Basic ????", "Basic dTpw=x", "Basic dXA=", "Basic dTr/",
        ])
    func others(field: String) {
        #expect(AuthorizationField.secret(field) == nil)
    }
}
