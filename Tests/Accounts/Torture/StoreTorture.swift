// Somebody who uses a SQLite store from a process of its own, for tests that kill it, race it, or take
// rights and room away from it: `store-torture COMMAND PATH ...`. Its exit status is its answer.

import Accounts
import Glibc
import StreamState

/// Exit statuses.
enum Answer: Int32 {
    case done = 0
    case nameTaken = 1
    case usage = 2
    case unavailable = 3
    case unusable = 4
    /// The machine did not let us set the stage.
    case stage = 5

    init(_ error: StoreError) {
        switch error {
        case .nameTaken: self = .nameTaken
        case .unavailable: self = .unavailable
        case .unusable: self = .unusable
        }
    }
}

@main
enum StoreTorture {
    static func main() {
        let words = CommandLine.arguments
        guard words.count == 4 else { exit(Answer.usage.rawValue) }
        let store = SQLiteStore(path: words[2])
        let answer: Answer
        do throws(StoreError) {
            switch words[1] {
            case "insert": answer = try insert(store, prefix: words[3])
            case "claim": answer = try claim(store, name: words[3])
            case "as-nobody": answer = try actAsNobody(store, name: words[3])
            case "without-room": answer = try runOutOfRoom(store, prefix: words[3])
            default: answer = .usage
            }
        } catch {
            answer = Answer(error)
        }
        exit(answer.rawValue)
    }

    /// Makes users until it is killed, and says on its output which ones are acknowledged.
    static func insert(_ store: SQLiteStore, prefix: String) throws(StoreError) -> Answer {
        try store.prepare()
        for number in 0... {
            let name = "\(prefix)\(number)"
            try add(name, to: store)
            let line = name + "\n"
            guard write(STDOUT_FILENO, line, line.utf8.count) == line.utf8.count else { break }
        }
        return .stage
    }

    static func claim(_ store: SQLiteStore, name: String) throws(StoreError) -> Answer {
        try store.prepare()
        try add(name, to: store)
        return .done
    }

    /// Without the rights of root, for whom there is no file that may not be written.
    static func actAsNobody(_ store: SQLiteStore, name: String) throws(StoreError) -> Answer {
        if getuid() == 0, setuid(65_534) != 0 { return .stage }
        return try claim(store, name: name)
    }

    /// Meets a full disk, as far as this process can tell, and room again after that.
    static func runOutOfRoom(_ store: SQLiteStore, prefix: String) throws(StoreError) -> Answer {
        try store.prepare()
        try add(prefix, to: store)
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
            return .stage
        }
        let unlimited = limit.rlim_cur
        limit.rlim_cur = 64 * 1024
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        var failure: StoreError?
        for number in 0..<1_000 where failure == nil {
            do throws(StoreError) { try add("\(prefix)-\(number)", to: store) } catch {
                failure = error
            }
        }
        guard let failure else { return .stage }
        // What is stored can be read without room.
        guard let name = try? StreamName(prefix), try store.user(named: name) != nil else {
            return .usage
        }
        limit.rlim_cur = unlimited
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        try add("\(prefix)-again", to: store)
        return Answer(failure)
    }

    static func add(_ name: String, to store: SQLiteStore) throws(StoreError) {
        guard let name = try? StreamName(name) else { exit(Answer.usage.rawValue) }
        try store.insert(
            UserRecord(
                id: UserID(bytes: (0..<UserID.byteCount).map { _ in .random(in: 0...255) }),
                name: name, password: "$argon2id$sample", isDisabled: false, createdAtMs: 1,
                streamKey: nil))
    }
}
