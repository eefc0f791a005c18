// Labels whose values other modules name: they count in the right place.

import Accounts
import Telemetry
import Testing

struct MetricLabelTests {
    @Test("every operation of the store of accounts has its name at its place")
    func storeOperations() {
        let names = StoreOperation.allCases.map { operation in
            "\(operation)".map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
        }
        #expect(names == MetricLabels.storeOperations)
        #expect(StoreOperation.allCases.map(\.rawValue) == Array(names.indices))
    }
}
