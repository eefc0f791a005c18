// What `weir user` reads when nobody sits at a terminal, and what it says when something is wrong.

import Accounts
import Glibc
import LinuxIO
import Settings
import Testing

@testable import UserCommand

/// Gives a console whose standard input is these bytes, as a file delivers them.
private func reading<Answer>(
    _ bytes: [UInt8], _ body: (Console) throws -> Answer
) throws -> Answer {
    let input = try MemoryFile.sealed(name: "input", contents: bytes)
    lseek(input.raw, 0, SEEK_SET)
    return try body(Console(input: input.raw))
}

private func password(_ text: String) throws -> String {
    try reading(Array(text.utf8)) { try $0.newPassword(of: "alice") }
}

@Suite("The console of weir user")
struct ConsoleTests {
    @Test(
        "takes one line, with or without its end",
        arguments: [
            ("secret words\n", "secret words"), ("secret words", "secret words"),
            ("secret words\r\n", "secret words"), (" sp ace \nnext\n", " sp ace "),
            ("\n", ""), ("pässwörd 🔑\n", "pässwörd 🔑"),
            (String(repeating: "x", count: 2_000), String(repeating: "x", count: 2_000)),
        ])
    func line(input: String, expected: String) throws {
        #expect(try password(input) == expected)
    }

    @Test("refuses what is no line of text")
    func refused() throws {
        #expect(throws: UserCommandError.self) { try password("") }
        #expect(throws: UserCommandError.self) {
            try password(String(repeating: "x", count: 1_000_000))
        }
        #expect(throws: UserCommandError.self) {
            try reading([0xC3, 0x28, 0x0A]) { try $0.newPassword(of: "alice") }
        }
    }

    @Test("asks nobody who is not there")
    func confirmation() throws {
        let error = try #require(throws: UserCommandError.self) {
            try reading(Array("yes\n".utf8)) { try $0.confirm("Gone.") }
        }
        #expect(error.exitCode == 2)
        #expect(error.line.hasSuffix("add --yes"))
    }
}

@Suite("What weir user complains of")
struct UserCommandErrorTests {
    private static let errors: [AccountError] = [
        .nameMalformed, .nameReserved, .nameTaken, .passwordRefused(.tooShort),
        .passwordRefused(.tooLong), .passwordRefused(.tooCommon), .passwordRefused(.sameAsName),
        .signUpClosed, .wrongCredentials, .wrongPassword, .disabled,
        .tooManyAttempts(retryAfterMs: 1), .tooManySignUps(retryAfterMs: 1), .notFound,
        .tooManyAtOnce, .tooManyQuestions, .unavailable(reason: "gone\nreally"), .busy,
    ]

    @Test("is one printable line without secrets", arguments: errors)
    func line(error: AccountError) {
        let location = AccountsLocation.mongodb(uri: "mongodb://u:secret@h/d")
        let complaint = UserCommandError(error, "al\u{1B}[31mice\n", location)
        #expect(complaint.line.unicodeScalars.allSatisfy { $0.value >= 32 })
        #expect(!complaint.line.contains("secret"))
        #expect(complaint.exitCode == (error == .nameMalformed || error == .nameReserved ? 2 : 1))
    }
}
