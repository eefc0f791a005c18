// What two supervisors say to each other survives the trip, and nothing else is taken for it.

import ControlChannel
import Testing

@testable import Supervisor

private let key = [UInt8](repeating: 7, count: ToWorker.ticketKeyBytes)
private let facts = HandoverFacts(
    version: "9.1", processID: 1, generation: .max, slots: [0, 63], ticketKey: key,
    previousTicketKey: nil,
    notifySocket: nil, watchdogIntervalMs: nil, hasPassedSockets: false)
private let more = HandoverFacts(
    version: "\"", processID: .max, generation: 1, slots: [], ticketKey: key,
    previousTicketKey: key.map { $0 + 1 }, ticketKeyAgeMs: 43_200_001,
    notifySocket: "@abstract", watchdogIntervalMs: 15_000, hasPassedSockets: true)

@Suite("What supervisors say to each other") struct HandoverMessageTests {
    static let all: [HandoverMessage] = [
        .facts(facts), .facts(more), .setting(name: "listen", text: "[::]:1"),
        .dataDirectoryLock, .counters, .board, .doorbell, .listener(kind: 4),
        .controlSocket(path: "/run/weir/\n"), .predecessor(processID: 1, slots: [5, 4]),
        .complete, .ready(processID: .max), .failed(reason: "no"), .takeCharge, .slotIsGone(63),
        .stop(timeoutMs: 0), .stop(timeoutMs: 604_800_000),
    ]

    @Test("survives the trip", arguments: all)
    func roundTrip(message: HandoverMessage) {
        #expect(HandoverMessage(decoding: message.encoded) == message)
        #expect(message.encoded.count <= HandoverMessage.longestBytes)
    }

    @Test("may have members that this build does not know")
    func additions() {
        let text = #"{"since":[1],"is":"slot-gone","slot":3,"why":"x"}"#
        #expect(HandoverMessage(decoding: Array(text.utf8)) == .slotIsGone(3))
    }

    @Test(
        "is passed over when it is not known or not right",
        arguments: [
            "", "{}", "[]", #"{"is":"news"}"#, #"{"is":"slot-gone"}"#,
            #"{"is":"slot-gone","slot":64}"#, #"{"is":"slot-gone","slot":-1}"#,
            #"{"is":"ready","pid":0}"#, #"{"is":"ready","pid":4294967296}"#,
            #"{"is":"stop","timeoutMs":-1}"#, #"{"is":"listener","kind":256}"#,
            #"{"is":"predecessor","pid":1,"slots":[1,1]}"#,
            #"{"is":"facts","format":2,"version":"1","generation":1,"slots":[]}"#,
        ])
    func strange(text: String) {
        #expect(HandoverMessage(decoding: Array(text.utf8)) == nil)
    }

    @Test("a key of another length is no key")
    func wrongKey() {
        var wrong = facts
        wrong.ticketKey.removeLast()
        #expect(HandoverMessage(decoding: HandoverMessage.facts(wrong).encoded) == nil)
    }
}
