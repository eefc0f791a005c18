// What `weir status` and `weir top` show, from what a server and a worker say.

import Testing
import Text

@testable import Supervisor

/// A status with so many streams, each with the name, viewers and light that its number gives it.
private func status(streams: Int, name: (Int) -> String = { "stream-\($0)" }) -> ServerStatus {
    let list = (0..<streams).map { number in
        """
        {"name":"\(name(number))","state":"live","publisher":"sending",\
        "light":"\(["green", "amber", "red"][number % 3])",\
        "reasons":\(number % 3 == 0 ? "[]" : "[\"because of \(number)\"]"),\
        "bitrateBps":\(number * 1_000_000),"keyframeIntervalMs":2000,\
        "webmViewers":\(number),"packagedViewers":1,"lagMs":\(number * 10),"heldBackMs":0}
        """
    }
    return ServerStatus(
        supervisor: supervisor(cpuMs: 500),
        worker: json("{\"streams\":[\(list.joined(separator: ","))]}"))
}

private func json(_ text: String) -> JSONValue {
    JSONValue(parsing: Array(text.utf8)) ?? .null
}

private func supervisor(cpuMs: Int, uptimeMs: Int = 10_000) -> JSONValue {
    json(
        """
        {"done":true,"server":{"version":"1.2","pid":42,"uptimeMs":90061000,"generation":3,\
        "wantedWorkers":2,"stopping":false,"certificateExpiresAt":"2027-01-02T03:04:05.000Z"},\
        "workers":[{"slot":0,"pid":43,"generation":3,"state":"serving","uptimeMs":\(uptimeMs),\
        "connections":7,"viewers":3,"packagedViewers":2,"publishers":1,"cpuMs":\(cpuMs),\
        "memoryBytes":12582912}]}
        """)
}

struct StatusTextTests {
    @Test("server, workers and streams are told, the worst streams first")
    func everything() {
        let earlier = ServerStatus(
            supervisor: supervisor(cpuMs: 250, uptimeMs: 9_500), worker: nil)
        let text = StatusText(status(streams: 3), earlier: earlier, width: 80)
        #expect(
            text.lines(streams: 40) == [
                "weir 1.2, up 1d 1h, generation 3, 1 of 2 workers serve, pid 42",
                "The certificate expires on 2027-01-02.",
                "",
                "WORKER  PID  STATE    GEN   UP  CONNECTIONS  VIEWERS  CPU  MEMORY",
                "     0   43  serving    3  10s            7        5  50%     12M",
                "",
                "Streams: 3 live; 6 viewers",
                "    STREAM    PUBLISHER  BIT/S   KEY  WEBM  HLS   LAG  HELD",
                "!!  stream-2  sending     2.0M  2.0s     2    1  0.0s  0.0s",
                "     because of 2",
                "!   stream-1  sending     1.0M  2.0s     1    1  0.0s  0.0s",
                "     because of 1",
                "ok  stream-0  sending        0  2.0s     0    1  0.0s  0.0s",
            ])
    }

    @Test(
        "long names and many streams fit, on narrow screens, too",
        arguments: [20, 33, 40, 79, 80, 200])
    func widths(width: Int) {
        let many = status(streams: 300) { "n\($0)" + String(repeating: "x", count: 28) }
        let lines = StatusText(many, width: width).lines(streams: 40)
        #expect(lines.allSatisfy { $0.count <= width }, "\(lines.filter { $0.count > width })")
        #expect(lines.count < 100)
        #expect(lines.last?.hasPrefix("and 260 more") == true)
    }

    @Test(
        "what is wrong is told whole, on as many lines as it takes", arguments: [20, 40, 80, 200])
    func reasons(width: Int) {
        let reason = "lagging: media comes 4 s later than it could; the network is too slow"
        let streams = #"{"streams":[{"name":"a","light":"amber","reasons":["\#(reason)"]}]}"#
        let status = ServerStatus(supervisor: supervisor(cpuMs: 1), worker: json(streams))
        let lines = StatusText(status, width: width).lines(streams: 1)
        #expect(lines.allSatisfy { $0.count <= width })
        let told = lines.filter { $0.hasPrefix("     ") && !$0.contains("CPU") }.map {
            $0.dropFirst(5)
        }
        #expect(told.joined(separator: " ").hasSuffix(reason))
    }

    @Test("without a worker, the server is told all the same")
    func noWorker() {
        let alone = ServerStatus(supervisor: supervisor(cpuMs: 1), worker: nil)
        let lines = StatusText(alone, width: 80).lines(streams: 40)
        #expect(lines.first?.hasPrefix("weir 1.2") == true)
        #expect(lines.last == "No worker answers, so nothing is known of streams.")
        #expect(alone.json["streams"] == JSONValue.null)
    }

    @Test("what is not there or no text for a terminal does no harm")
    func nonsense() {
        let strange = ServerStatus(
            supervisor: json(#"{"server":{"version":"\u001b[2J"},"workers":[{},3]}"#),
            worker: json(#"{"streams":[{"name":"\u001b[31m\u202e","lagMs":-5},null]}"#))
        let lines = StatusText(strange, width: 80).lines(streams: 40)
        #expect(!lines.joined().unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
    }

    @Test(
        "processor time is told only for the same process",
        arguments: [(250, 9_500, 50), (500, 9_500, 0)])
    func processor(cpuMs: Int, uptimeMs: Int, percent: Int) {
        let now = ServerStatus(supervisor: supervisor(cpuMs: 500), worker: nil)
        let earlier = ServerStatus(
            supervisor: supervisor(cpuMs: cpuMs, uptimeMs: uptimeMs), worker: nil)
        #expect(now.processorPercent(of: now.workers[0], since: earlier) == percent)
        #expect(now.processorPercent(of: now.workers[0], since: nil) == nil)
        #expect(now.processorPercent(of: now.workers[0], since: now) == nil)
    }

    @Test("quantities are short")
    func quantities() {
        #expect(Words.duration(ms: 59_999) == "59s")
        #expect(Words.duration(ms: 3_600_000) == "1h 0m")
        #expect(Words.seconds(ms: 449) == "0.4s")
        #expect(Words.seconds(ms: 9_949) == "9.9s")
        #expect(Words.seconds(ms: 12_345) == "12s")
        #expect(Words.rate(0) == "0")
        #expect(Words.rate(999) == "999")
        #expect(Words.rate(2_483_200) == "2.5M")
        #expect(Words.rate(999_960) == "1.0M")
        #expect(Words.bytes(12 << 20) == "12M")
        #expect(Words.bytes(1 << 50) == "1024T")
    }
}

struct TopViewTests {
    @Test(
        "keys that come together count one by one",
        arguments: [
            ("jj", 2), ("jjk", 1), ("\u{1B}[B\u{1B}[Bj", 3), ("jx\u{1B}[1;5Cj", 2), ("jq\n", 1),
            ("\u{1B}[", 0), ("\u{1B}j", 1),
        ])
    func together(keys: String, skipped: Int) {
        var view = TopView()
        view.press(Array(keys.utf8), page: 5)
        #expect(view.skipped == skipped)
        #expect(view.isOver == keys.contains("q"))
    }

    private func names(_ view: inout TopView, _ status: ServerStatus) -> [String] {
        view.lines(status, earlier: nil, columns: 80, rows: 30, fault: nil, hasColours: false)
            .compactMap { line in
                line.split(separator: " ").first { $0.hasPrefix("stream-") }.map(String.init)
            }
    }

    @Test("the screen is never overfull", arguments: [1, 5, 10, 24, 60], [20, 80, 200])
    func fits(rows: Int, columns: Int) {
        var view = TopView()
        let lines = view.lines(
            status(streams: 300), earlier: nil, columns: columns, rows: max(rows, 10),
            fault: "no answer", hasColours: false)
        #expect(lines.count <= max(rows, 10))
        #expect(lines.allSatisfy { $0.count <= columns })
    }

    @Test("s changes the order, and j and k what is shown")
    func keys() {
        let many = status(streams: 30)
        var view = TopView()
        #expect(names(&view, many).first == "stream-29")
        view.press(Array("s".utf8), page: 5)
        #expect(view.order == .viewers)
        #expect(names(&view, many).prefix(2) == ["stream-29", "stream-28"])
        view.press(Array("j".utf8), page: 5)
        #expect(names(&view, many).first == "stream-28")
        view.press(Array(" ".utf8), page: 5)
        #expect(names(&view, many).first == "stream-23")
        view.press(Array("k".utf8), page: 5)
        view.press(Array("g".utf8), page: 5)
        #expect(names(&view, many).first == "stream-29")
        for _ in 0..<100 { view.press(Array("j".utf8), page: 5) }
        #expect(names(&view, many) == ["stream-0"])
        view.press(Array("q".utf8), page: 5)
        #expect(view.isOver)
    }

    @Test("orders come in turn", arguments: TopView.Order.allCases)
    func turn(order: TopView.Order) {
        var next = order
        for _ in TopView.Order.allCases { next = next.next }
        #expect(next == order)
    }
}
