import Testing

@testable import Telemetry

@Suite struct CounterNameTests {
    @Test("no two counters have one name")
    func unique() {
        #expect(Set(Counter.allCases.map(\.metricName)).count == Counter.allCases.count)
    }

    @Test("names are Prometheus's: weir_, small letters, _total for what only grows")
    func style() {
        for counter in Counter.allCases {
            let name = counter.metricName
            #expect(name.hasPrefix("weir_"))
            #expect(name.allSatisfy { $0 == "_" || ("a"..."z").contains($0) }, "\(name)")
            #expect(name.hasSuffix("_total") != counter.isGauge, "\(name)")
            #expect(counter.help.hasSuffix("."), "\(name)")
            #expect(!counter.help.contains { $0 == "\n" || $0 == "\\" }, "\(name)")
        }
    }
}
