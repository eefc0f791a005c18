// Which directories the operator may name. One table for the two that decide: the supervisor, which
// uses the directory, and `weir check-config`, which only looks at it. They have to agree.

import Glibc
import LinuxIO
import Testing

@testable import Supervisor

@Suite("The data directory")
struct DataDirectoryTests {
    /// What is made in an empty folder, and the name in it that is given as --data.
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        var directories: [String] = []
        var files: [String] = []
        /// Names, and where they lead.
        var links: [(String, String)] = []
        var data = "data"
        /// What the complaint says; nil: it can be used.
        var complaint: String?
    }

    static let cases = [
        Case(testDescription: "plain", directories: ["data"]),
        Case(testDescription: "not there yet"),
        Case(testDescription: "with a slash at its end", directories: ["data"], data: "data/"),
        Case(
            testDescription: "a link to a directory", directories: ["private", "private/data"],
            links: [("data", "private/data")]),
        Case(
            testDescription: "a link to a link", directories: ["private"],
            links: [("data", "second"), ("second", "private")]),
        Case(
            testDescription: "in a directory that is a link", directories: ["private"],
            links: [("var", "private")], data: "var/data"),
        Case(
            testDescription: "a dangling link", links: [("data", "nowhere")],
            complaint: "it is a symbolic link that leads nowhere"),
        Case(
            testDescription: "a link to itself", links: [("data", "data")],
            complaint: "Too many levels of symbolic links"),
        Case(
            testDescription: "a link to a file", files: ["file"], links: [("data", "file")],
            complaint: "ot a directory"),
        Case(testDescription: "a file", files: ["data"], complaint: "ot a directory"),
        Case(
            testDescription: "in a directory that is not there", data: "nowhere/data",
            complaint: "nowhere/data"),
    ]

    private func make(_ example: Case, in folder: TestFolder) throws {
        for name in example.directories {
            try systemCall("mkdir") { mkdir("\(folder.path)/\(name)", 0o750) }
        }
        for name in example.files { folder.write(name, "") }
        for (name, target) in example.links {
            try systemCall("symlink") { symlink(target, "\(folder.path)/\(name)") }
        }
    }

    private func expectComplaint(
        _ complaint: String?, about path: String, from body: () throws -> Void
    ) {
        guard let complaint else {
            #expect(throws: Never.self, performing: body)
            return
        }
        let error = #expect(throws: StartError.self, performing: body)
        #expect(error?.message.contains(complaint) == true, "\(error?.message ?? "nothing")")
        #expect(error?.message.contains(path) == true)
    }

    @Test("is used wherever the operator's name leads to", arguments: cases)
    func lock(_ example: Case) throws {
        let folder = TestFolder()
        try make(example, in: folder)
        let path = "\(folder.path)/\(example.data)"
        expectComplaint(example.complaint, about: path) {
            _ = try DataDirectory.lock(path)
            #expect(folder.read("\(example.data)/lock") == "\(getpid())\n")
        }
    }

    @Test("is judged by weir check-config as the supervisor does", arguments: cases)
    func check(_ example: Case) throws {
        let folder = TestFolder()
        try make(example, in: folder)
        let path = "\(folder.path)/\(example.data)"
        expectComplaint(example.complaint, about: path) { try DataDirectoryCheck.check(path) }
    }

    @Test("is one and the same by whichever name: two names do not let two servers in")
    func sameByEitherName() throws {
        let folder = TestFolder()
        try make(Case(testDescription: "", links: [("link", "data")]), in: folder)
        let first = try DataDirectory.lock("\(folder.path)/data")
        let error = #expect(throws: StartError.self) {
            _ = try DataDirectory.lock("\(folder.path)/link")
        }
        #expect(error?.message.contains("(process \(getpid()))") == true)
        _ = consume first
    }

    @Test(
        "holds no links of its own",
        arguments: ["the lock file", "a directory inside"])
    func linksInside(_ what: String) throws {
        let folder = TestFolder()
        try make(
            Case(
                testDescription: "", directories: ["data", "elsewhere"], files: ["file"],
                links: [("data/lock", "../file"), ("data/live", "../elsewhere")]),
            in: folder)
        if what == "the lock file" {
            #expect(throws: StartError.self) { _ = try DataDirectory.lock("\(folder.path)/data") }
            #expect(folder.read("file").isEmpty)
        } else {
            let error = #expect(throws: SystemError.self) {
                try FileSystem.makeDirectory("\(folder.path)/data/live")
            }
            #expect(error?.code == ENOTDIR)
        }
    }

    /// In a process of its own, because it becomes another user, who is stopped by permissions.
    @Test("that is read-only, or somebody else's, is refused by both")
    func permissions() async {
        await #expect(processExitsWith: .success) {
            if geteuid() == 0 { try systemCall("setuid") { setuid(65_534) } }
            let folder = TestFolder()
            try systemCall("mkdir") { mkdir("\(folder.path)/data", 0o550) }
            for path in ["\(folder.path)/data", "\(folder.path)/data/data", "/usr", "/usr/data"] {
                let used = #expect(throws: StartError.self) { _ = try DataDirectory.lock(path) }
                #expect(used?.message.contains("\(path): Permission denied") == true)
                let checked = #expect(throws: StartError.self) {
                    try DataDirectoryCheck.check(path)
                }
                #expect(checked?.message.contains("cannot be written to") == true)
            }
        }
    }
}
