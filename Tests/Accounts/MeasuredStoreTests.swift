// A store that is measured answers as it does otherwise (it takes part in the conformance suite), and its
// measures are right.

import Synchronization
import Testing

@testable import Accounts

extension StoreKind {
    static let measured = StoreKind(name: "measured") { MeasuredPlace() }

    private final class MeasuredPlace: StorePlace {
        private let store = MemoryStore()

        func open() -> any AccountStore { MeasuredStore(store) { _, _, _ in } }
    }
}

struct MeasuredStoreTests {
    private struct Measure: Equatable {
        let operation: StoreOperation
        let isFailure: Bool
    }

    @Test("each question is measured once, and a taken name is no failure")
    func measures() throws {
        let measures = Mutex<[Measure]>([])
        let store = MeasuredStore(MemoryStore()) { operation, _, isFailure in
            measures.withLock { $0.append(Measure(operation: operation, isFailure: isFailure)) }
        }
        try store.check()
        let user = try UserRecord.sample("alice")
        try store.insert(user)
        #expect(throws: StoreError.nameTaken) { try store.insert(user) }
        #expect(
            measures.withLock { $0 } == [
                Measure(operation: .check, isFailure: false),
                Measure(operation: .userChange, isFailure: false),
                Measure(operation: .userChange, isFailure: false),
            ])
    }

    @Test("a store that does not work fails")
    func failure() throws {
        let failures = Mutex(0)
        let store = MeasuredStore(
            try AccountStores.open(.sqlite(path: "/nonexistent/accounts.sqlite"))
        ) { _, _, isFailure in
            if isFailure { failures.withLock { $0 += 1 } }
        }
        #expect(throws: StoreError.self) { try store.prepare() }
        #expect(failures.withLock { $0 } == 1)
    }
}
