// How `weir user list` shows an account.

import Foundation
import StreamState
import Testing

@testable import Accounts
@testable import UserCommand

private func account(isDisabled: Bool, keyAtMs: UInt64?) throws -> Account {
    let digest = SecretDigest(bytes: [UInt8](repeating: 1, count: SecretDigest.byteCount))
    return Account(
        UserRecord(
            id: UserID(bytes: [UInt8](repeating: 0, count: UserID.byteCount)),
            name: try StreamName("alice"), password: "", isDisabled: isDisabled, createdAtMs: 1,
            streamKey: keyAtMs.map { StreamKeyRecord(digest: digest, createdAtMs: $0) }))
}

@Suite("A list of users")
struct UserListTests {
    @Test("is one JSON object a line for programs")
    func json() throws {
        #expect(UserListJSON().heading == nil)
        #expect(
            UserListJSON().line(of: try account(isDisabled: true, keyAtMs: nil)) == """
                {"username":"alice","createdAt":"1970-01-01T00:00:00.001Z","disabled":true,\
                "streamKey":null}
                """)
        #expect(
            UserListJSON().line(of: try account(isDisabled: false, keyAtMs: 1_000)).hasSuffix(
                #""disabled":false,"streamKey":{"createdAt":"1970-01-01T00:00:01.000Z"}}"#))
    }

    @Test("has its columns below their headings for people")
    func columns() throws {
        let heading = try #require(UserListText().heading)
        let line = UserListText().line(of: try account(isDisabled: false, keyAtMs: nil))
        for (title, value) in [("NAME", "alice"), ("CREATED", "1970"), ("STREAM KEY", "none")] {
            let column = try #require(heading.range(of: title)).lowerBound.utf16Offset(in: heading)
            let place = try #require(line.range(of: value)).lowerBound.utf16Offset(in: line)
            #expect(column == place)
        }
    }
}
