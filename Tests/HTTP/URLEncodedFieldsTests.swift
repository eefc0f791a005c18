import Testing

@testable import HTTP

@Suite struct URLEncodedFieldsTests {
    @Test(
        "a form is read as browsers write it",
        arguments: [
            ("username=anna&password=a+b%26c", ["username": "anna", "password": "a b&c"]),
            ("a=1=2&b=", ["a": "1=2", "b": ""]), ("alone", ["alone": ""]),
            ("%C3%A9=%e2%82%ac", ["é": "€"]), ("", [:]), ("&&", [:]),
        ] as [(String, [String: String])])
    func forms(text: String, fields: [String: String]) {
        #expect(URLEncodedFields.read(text.utf8) == fields)
    }

    @Test(
        "a form that cannot be understood is refused",
        arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "a=1&a=2", "%=1"])
    func badForms(text: String) {
        #expect(URLEncodedFields.read(text.utf8) == nil)
    }
}
