// What `weir user` hands to weir-worker, as arguments and back.

import Testing

@testable import ControlChannel

@Suite("A launch about users")
struct UserLaunchTests {
    @Test("survives as arguments", arguments: UserLaunch.Verb.allCases)
    func roundTrip(verb: UserLaunch.Verb) {
        for name in verb.takesName ? ["alice", "", "--accounts", "a b\n"] : [""] {
            let launch = UserLaunch(verb: verb, name: name, accountsDescriptor: 7)
            #expect(UserLaunch(arguments: launch.arguments) == launch)
        }
    }

    @Test(
        "is nothing else",
        arguments: [
            [], ["user"], ["user", "3", "add"], ["user", "3", "add", "a", "b"],
            ["user", "3", "list", "a"], ["user", "x", "add", "a"], ["user", "2", "add", "a"],
            ["user", "3", "promote", "a"], ["--slot", "3", "add", "a"],
        ])
    func others(arguments: [String]) {
        #expect(UserLaunch(arguments: arguments) == nil)
    }
}
