// Where `weir user` looks for accounts that nobody has told it of.

import Testing

@testable import Supervisor

struct AccountsSearchTests {
    private static let settings = "/etc/weir/weir.toml"

    /// What is there, and what is found.
    private static let cases: [(there: Set<String>, found: AccountsSearch.Place?)] = [
        ([], nil),
        (["data"], .directory("data")),
        (["/w/build/data"], .directory("/w/build/data")),
        // A folder called data may be anybody's.
        (["data", "/w/build/data"], .directory("/w/build/data")),
        (["data", "data/accounts.sqlite"], .directory("data")),
        (["/w/build/data/accounts.sqlite"], .directory("/w/build/data")),
        (["data/accounts.sqlite", "/w/build/data/accounts.sqlite"], .directory("data")),
        ([settings], .service),
        ([settings, "data", "/w/build/data"], .service),
        ([settings, "data/accounts.sqlite"], .directory("data")),
        ([settings, "/w/build/data/accounts.sqlite"], .directory("/w/build/data")),
    ]

    @Test("accounts that are there are found, else a place for them", arguments: cases)
    func found(there: Set<String>, found: AccountsSearch.Place?) {
        let search = AccountsSearch(
            standard: "data", checkout: "/w/build/data", exists: there.contains)
        #expect(search.find() == found)
    }

    @Test("where there is no source tree, none is looked in")
    func installed() {
        let search = AccountsSearch(
            standard: "data", checkout: nil, exists: { $0 != Self.settings })
        #expect(search.find() == .directory("data"))
        #expect(!search.complaint(folder: "/home/a").contains("make run"))
    }

    @Test("a complaint names every place in full")
    func complaint() {
        let search = AccountsSearch(
            standard: "data", checkout: "build/data", exists: { _ in false })
        let line = search.complaint(folder: "/home/a")
        for place in ["/home/a/data", "/home/a/build/data", Self.settings] {
            #expect(line.contains(place))
        }
        #expect(!line.contains("\n"))
    }

    /// Where the program is, what is there, and the data directory.
    private static let checkouts: [(program: String?, there: Set<String>, data: String?)] = [
        ("/w/.build/x86_64/release/weir", ["/w/scripts/run-places"], "/w/build/data"),
        ("/w/.build/x86_64/release/weir", [], nil),
        ("/usr/bin/weir", ["scripts/run-places"], "build/data"),
        ("/usr/bin/weir", ["/usr/scripts/run-places"], nil),
        (
            "/w/.build/release/weir", ["/w/scripts/run-places", "scripts/run-places"],
            "/w/build/data"
        ),
        (nil, ["scripts/run-places"], "build/data"),
    ]

    @Test("the source tree is the one of the program, else the one here", arguments: checkouts)
    func checkout(program: String?, there: Set<String>, data: String?) {
        #expect(Checkout.dataDirectory(program: program, exists: there.contains) == data)
    }
}
