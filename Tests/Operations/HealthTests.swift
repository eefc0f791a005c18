import Testing

@testable import Operations

@Suite struct HealthTests {
    @Test("a server is ready when every check holds")
    func ready() {
        let report = Health.Report(checks: [("workers", nil), ("data", nil)])
        #expect(report.isReady)
        #expect(
            report.json.text == #"{"status":"ready","checks":{"workers":"ok","data":"ok"}}"#)
    }

    @Test("one that is not says why, and what holds all the same")
    func notReady() {
        let report = Health.Report(checks: [("workers", "1 of 2 are ready"), ("data", nil)])
        #expect(!report.isReady)
        #expect(
            report.json.text
                == #"{"status":"not ready","checks":{"workers":"1 of 2 are ready","data":"ok"}}"#)
    }
}
