// What a subscriber to events is told: the table of newest events, a cursor into it, and how often
// figures are told. All of it without a socket.

import Channel
import Foundation
import StreamState
import Testing
import Text

@testable import Events

/// What a client would make of a response so far.
private struct Told: Equatable {
    var kind: String
    var json: String
}

/// Reads a cursor in pieces of a size, as a client with a window would.
private struct Reader {
    var cursor: EventCursor
    private(set) var bytes: [UInt8] = []

    init(_ scope: EventCursor.Scope) { cursor = EventCursor(scope, retryMs: 1_000) }

    mutating func read(_ table: EventTable, bytes count: Int) -> Int {
        var piece = [UInt8](repeating: 0, count: count)
        let written = piece.withUnsafeMutableBytes { cursor.write(from: table, into: $0) }
        bytes += piece.prefix(written)
        return written
    }

    mutating func readAll(_ table: EventTable, pieceBytes: Int = 4_096) {
        while read(table, bytes: pieceBytes) > 0 {}
    }

    /// The complete events, in order.
    var told: [Told] {
        String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n\n").dropLast()
            .compactMap { block in
                let lines = block.components(separatedBy: "\n")
                guard lines.count == 2, lines[0].hasPrefix("event: "), lines[1].hasPrefix("data: ")
                else { return nil }
                return Told(
                    kind: String(lines[0].dropFirst(7)), json: String(lines[1].dropFirst(6)))
            }
    }

    mutating func forget() { bytes = [] }
}

private func mark(_ state: StreamState = .live, epoch: UInt64 = 1) -> StreamMark {
    StreamMark(ringEpoch: epoch, state: state, publisher: .sending)
}

private var unlisted: StreamMark {
    let words = BroadcastWords(stored: .object([JSONMember("unlisted", .boolean(true))]))
    return StreamMark(
        ringEpoch: 1, state: .live, publisher: .sending,
        about: About(words: words, displayName: ""))
}

extension EventTable {
    fileprivate func set(_ name: String, _ value: Int, _ mark: StreamMark = mark()) {
        _ = update(name, json: Array("{\"\(name)\":\(value)}".utf8), mark: mark)
    }
}

private func list(_ elements: String...) -> Told {
    Told(kind: "streams", json: "{\"streams\":[\(elements.joined(separator: ","))]}")
}

private func stream(_ name: String, _ value: Int) -> Told {
    Told(kind: "stream", json: "{\"\(name)\":\(value)}")
}

private func gone(_ name: String) -> Told { Told(kind: "gone", json: "{\"name\":\"\(name)\"}") }

@Suite("Events for all streams")
struct EventListTests {
    @Test(
        "a subscriber gets the list by name, then what changes, then nothing",
        arguments: [1, 7, 999])
    func listThenChanges(pieceBytes: Int) {
        let table = EventTable(goneLimit: 10)
        table.set("zoe", 1)
        table.set("amy", 1)
        var reader = Reader(.all)
        reader.readAll(table, pieceBytes: pieceBytes)
        #expect(reader.told == [list("{\"amy\":1}", "{\"zoe\":1}")])
        reader.forget()
        table.set("zoe", 2)
        table.set("ben", 1)
        reader.readAll(table, pieceBytes: pieceBytes)
        #expect(reader.told == [stream("zoe", 2), stream("ben", 1)])
        #expect(reader.read(table, bytes: 100) == 0)
    }

    @Test("an empty list is said, too, and a wait before the next try before it")
    func empty() {
        var reader = Reader(.all)
        reader.readAll(EventTable(goneLimit: 10))
        #expect(reader.told == [list()])
        #expect(reader.bytes.starts(with: Array("retry: 1000\n\n".utf8)))
    }

    @Test("what has not changed is not told again")
    func unchanged() {
        let table = EventTable(goneLimit: 10)
        #expect(table.update("amy", json: Array("{}".utf8), mark: mark()) != nil)
        #expect(table.update("amy", json: Array("{}".utf8), mark: mark()) == nil)
        #expect(table.update("amy", json: Array("{}".utf8), mark: mark(.paused)) != nil)
        #expect(table.remove("amy") != nil)
        #expect(table.remove("amy") == nil)
        #expect(table.remove("ben") == nil)
    }

    @Test("one who comes back late is told the newest of each stream, in the order of change")
    func conflation() {
        let table = EventTable(goneLimit: 10)
        table.set("amy", 0)
        var reader = Reader(.all)
        reader.readAll(table)
        reader.forget()
        for value in 1...1_000 {
            table.set("amy", value)
            table.set("ben", value)
        }
        _ = table.remove("ben")
        table.set("cal", 1)
        reader.readAll(table)
        #expect(reader.told == [stream("amy", 1_000), gone("ben"), stream("cal", 1)])
    }

    @Test("an event that is half sent is sent to its end, then its successor")
    func halfSent() {
        let table = EventTable(goneLimit: 10)
        var reader = Reader(.all)
        reader.readAll(table)
        reader.forget()
        table.set("amy", 1)
        #expect(reader.read(table, bytes: 25) == 25)
        table.set("amy", 2)
        table.set("amy", 3)
        reader.readAll(table)
        #expect(reader.told == [stream("amy", 1), stream("amy", 3)])
    }

    @Test("a list that is read while streams change is whole, and what changed is told after it")
    func listDuringChanges() {
        let table = EventTable(goneLimit: 10)
        for name in ["amy", "cal", "eve", "gus"] { table.set(name, 1) }
        var reader = Reader(.all)
        // Into the first element of the list, behind preamble and head.
        _ = reader.read(table, bytes: 13 + EventText.listStart.count + 4)
        table.set("amy", 2)  // is being sent as it was
        table.set("ada", 1)  // its place is passed
        table.set("ben", 1)  // its place is still to come
        table.set("eve", 2)
        _ = table.remove("gus")
        reader.readAll(table)
        #expect(
            reader.told == [
                list("{\"amy\":1}", "{\"ben\":1}", "{\"cal\":1}", "{\"eve\":2}"),
                stream("amy", 2), stream("ada", 1), stream("ben", 1), stream("eve", 2), gone("gus"),
            ])
    }

    @Test("who may have missed that a stream is gone gets the list again")
    func forgotten() {
        let table = EventTable(goneLimit: 3)
        table.set("amy", 1)
        var early = Reader(.all)
        early.readAll(table)
        for index in 0..<4 {
            table.set("gone-\(index)", 1)
            _ = table.remove("gone-\(index)")
        }
        var late = Reader(.all)
        late.readAll(table)
        early.forget()
        early.readAll(table)
        #expect(early.told == [list("{\"amy\":1}")])
        late.forget()
        table.set("amy", 2)
        late.readAll(table)
        #expect(late.told == [stream("amy", 2)])
    }

    @Test("an unlisted stream is named to nobody, except that it has left the list")
    func secret() {
        let table = EventTable(goneLimit: 10)
        table.set("amy", 1, unlisted)
        var reader = Reader(.all)
        reader.readAll(table)
        table.set("amy", 2, unlisted)
        reader.readAll(table)
        _ = table.remove("amy")
        reader.readAll(table)
        #expect(reader.told == [list()])
        reader.forget()
        table.set("amy", 3)
        reader.readAll(table)
        table.set("amy", 4, unlisted)
        table.set("amy", 5, unlisted)
        reader.readAll(table)
        table.set("amy", 6, unlisted)
        _ = table.remove("amy")
        table.set("ben", 1)
        reader.readAll(table)
        #expect(reader.told == [stream("amy", 3), gone("amy"), stream("ben", 1)])
    }

    @Test("a stream that comes back after it was gone is told, and listed once")
    func back() {
        let table = EventTable(goneLimit: 10)
        table.set("amy", 1)
        _ = table.remove("amy")
        var reader = Reader(.all)
        reader.readAll(table)
        table.set("amy", 1)
        reader.readAll(table)
        #expect(reader.told == [list(), stream("amy", 1)])
        #expect(table.names == ["amy"])
    }

    @Test("any order of changes and reads ends with what there is", arguments: 1...20)
    func random(seed: Int) throws {
        var generator = Generator(state: UInt64(seed))
        let table = EventTable(goneLimit: 4)
        var truth: [String: Int] = [:]
        var readers = (0..<4).map { _ in Reader(.all) }
        for step in 0..<600 {
            let name = "s\(Int.random(in: 0..<12, using: &generator))"
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4:
                table.set(name, step)
                truth[name] = step
            case 4..<6:
                _ = table.remove(name)
                truth[name] = nil
            default:
                let reader = Int.random(in: 0..<4, using: &generator)
                _ = readers[reader].read(table, bytes: Int.random(in: 1..<80, using: &generator))
            }
        }
        for index in readers.indices {
            readers[index].readAll(table)
            #expect(try known(to: readers[index]) == truth)
        }
        #expect(table.names == truth.keys.sorted())
    }

    /// What a page that applies the events in turn knows in the end.
    private func known(to reader: Reader) throws -> [String: Int] {
        var known: [String: Int] = [:]
        for event in reader.told {
            let json = try JSONSerialization.jsonObject(with: Data(event.json.utf8))
            switch event.kind {
            case "streams":
                let list = try #require((json as? [String: Any])?["streams"] as? [[String: Int]])
                known = [:]
                for stream in list { known.merge(stream) { _, new in new } }
                #expect(known.count == list.count)
            case "stream":
                known.merge(try #require(json as? [String: Int])) { _, new in new }
            default:
                known[try #require((json as? [String: String])?["name"])] = nil
            }
        }
        return known
    }
}

@Suite("Events for one stream")
struct EventStreamTests {
    @Test("a stream is told at once, then each change that is found, and of no other")
    func one() {
        let table = EventTable(goneLimit: 10)
        table.set("amy", 1)
        table.set("ben", 1)
        var reader = Reader(.one("amy"))
        reader.readAll(table, pieceBytes: 5)
        table.set("ben", 2)
        reader.readAll(table)
        table.set("amy", 2)
        table.set("amy", 3)
        reader.readAll(table)
        _ = table.remove("amy")
        reader.readAll(table)
        table.set("amy", 4)
        reader.readAll(table)
        #expect(
            reader.told == [stream("amy", 1), stream("amy", 3), gone("amy"), stream("amy", 4)])
    }

    @Test("that there is none is told once, also when the table has forgotten it")
    func none() {
        let table = EventTable(goneLimit: 1)
        var reader = Reader(.one("amy"))
        reader.readAll(table)
        reader.readAll(table)
        #expect(reader.told == [gone("amy")])
        table.set("amy", 1)
        reader.readAll(table)
        for name in ["amy", "ben", "cal"] {
            table.set(name, 2)
            _ = table.remove(name)
        }
        #expect(table.find("amy") == nil)
        reader.readAll(table)
        reader.readAll(table)
        #expect(reader.told == [gone("amy"), stream("amy", 1), gone("amy")])
    }

    @Test("a comment is sent only to one who has nothing else to hear")
    func keepAlive() {
        let table = EventTable(goneLimit: 10)
        table.set("amy", 1)
        var reader = Reader(.one("amy"))
        reader.cursor.keepAlive()
        reader.readAll(table)
        reader.forget()
        reader.cursor.keepAlive()
        reader.readAll(table)
        #expect(reader.bytes == EventText.keepAlive)
        reader.readAll(table)
        #expect(reader.bytes == EventText.keepAlive)
    }

    @Test("a stream that nobody wants to hear of is forgotten without a word")
    func forget() {
        let table = EventTable(goneLimit: 10)
        for name in ["amy", "ben", "cal"] { table.set(name, 1) }
        _ = table.remove("cal")
        table.forget(allBut: ["amy"])
        table.forget("dan")
        #expect(table.names == ["amy"])
        #expect(table.find("ben") == nil && table.find("cal") == nil)
        #expect(table.firstChanged(after: 0)?.name == "amy")
    }
}

@Suite("How often subscribers are told something")
struct EventPaceTests {
    private func pace() -> EventPace {
        EventPace(bytesPerSecond: 1_000, intervalMs: 1_000...30_000)
    }

    @Test("what costs little is told at the shortest interval")
    func cheap() {
        var pace = pace()
        #expect(pace.dueMs == 0)
        pace.told(nowMs: 5)
        pace.spent(bytes: 900, nowMs: 5)
        #expect(pace.dueMs == 1_005)
    }

    @Test("what is dear waits until it is paid off, and everything that was sent meanwhile")
    func dear() {
        var pace = pace()
        pace.told(nowMs: 0)
        pace.spent(bytes: 5_000, nowMs: 0)
        pace.spent(bytes: 500, nowMs: 100)
        #expect(pace.dueMs == 5_500)
        // What was paid off long ago does not count against the next.
        pace.spent(bytes: 100, nowMs: 20_000)
        #expect(pace.dueMs == 20_100)
    }

    @Test("however dear, nothing waits longer than the longest interval")
    func dearest() {
        var pace = pace()
        pace.told(nowMs: 0)
        for _ in 0..<10 { pace.spent(bytes: 1_000_000_000, nowMs: 0) }
        #expect(pace.dueMs == 30_000)
    }
}

/// The same numbers every time.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
