// The environment file of the service, as systemd reads it: see test_systemd_commands.py, which asks systemd.

import Settings
import Testing

@testable import Supervisor

struct EnvironmentFileTests {
    @Test(
        "a value is what systemd takes it for",
        arguments: [
            ("A=b", "b"), ("A=b\n", "b"), (" A = b c \n", "b c"), ("A=", ""),
            ("A=\"b # c\"", "b # c"),
            ("A='b\\'", "b\\"), ("A=b\\\nc", "bc"), ("A=b\\ ", "b "),
            ("A=\"b\\\"c\\d\"", "b\"c\\d"),
            ("A=\"b\nc\"", "b\nc"), ("A=\"b\"  'c' d ", "bcd"), ("A=b\"c\"", "b\"c\""),
            ("A=1\nA=2", "2"), ("# A=1\n;A=2\nA=3", "3"), ("A=b\r\n", "b"), ("nothing\nA=b", "b"),
            ("# a \\\nA=1\nA=b", "b"), ("A=mongodb://u:p%23@h/w?a=b", "mongodb://u:p%23@h/w?a=b"),
        ])
    func value(text: String, value: String) {
        let variables = EnvironmentFile.variables(in: Array(text.utf8))
        #expect(variables.last { $0.name == "A" }?.value == value)
    }

    @Test(
        "what is no assignment is passed over",
        arguments: ["", "\n", "A", "# A=1", "A\n# x", "A\n;"])
    func nothing(text: String) {
        #expect(EnvironmentFile.variables(in: Array(text.utf8)).isEmpty)
    }

    @Test("settings are known by the line that they are on")
    func settings() {
        let text =
            "# Ours\n\nWEIR_ACCOUNTS=mongodb://h/w\nPATH=/x\nWEIR_GRACE=\nWEIR_LISTEN=:1, :2\n"
        let given = EnvironmentFile.settings(in: Array(text.utf8), path: "e")
        #expect(given[.accounts]?.texts == ["mongodb://h/w"])
        #expect(given[.accounts]?.source.description == "e:3")
        #expect(given[.listen]?.texts == [":1", ":2"])
        #expect(given[.grace] == nil)
    }
}
