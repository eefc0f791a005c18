import Settings
import Testing

@testable import Accounts
@testable import Credentials

@Suite struct CredentialCacheTests {
    private let cache = CredentialCache<SecretDigest, String>()
    private let store = Store()
    private let id = SecretDigest(bytes: [UInt8](repeating: 1, count: 32))

    /// A store that answers when it is told to.
    private final class Store {
        var asked = 0
        var answer: ((CredentialCache<SecretDigest, String>.Finding) -> Void)?
    }

    private final class Heard {
        var findings: [String] = []
    }

    private func look(_ nowMs: UInt64, changes: UInt64 = 0) -> Heard {
        let heard = Heard()
        cache.lookUp(
            id, nowMs: nowMs, changes: changes,
            ask: { answer in
                store.asked += 1
                store.answer = answer
            },
            then: { finding in
                switch finding {
                case .success(let holder): heard.findings.append(holder ?? "nobody")
                case .failure(let error): heard.findings.append("\(error)")
                }
            })
        return heard
    }

    private let gone = CredentialCache<SecretDigest, String>.Finding.failure(
        .unavailable(reason: "gone"))

    @Test("what is not known is asked once, however many want to know")
    func asks() {
        let first = look(0)
        let second = look(1)
        #expect(store.asked == 1 && first.findings.isEmpty && second.findings.isEmpty)
        store.answer?(.success("anna"))
        #expect(first.findings == ["anna"] && second.findings == ["anna"])
    }

    @Test("what is fresh is not asked again, also when it is that nobody holds it")
    func fresh() {
        for holder in ["anna", nil] {
            let start: UInt64 = holder == nil ? 1_000_000 : 0
            _ = look(start)
            store.answer?(.success(holder))
            let asked = store.asked
            #expect(look(start + Limits.credentialFreshMs - 1).findings == [holder ?? "nobody"])
            #expect(store.asked == asked)
        }
    }

    @Test("what is a little older is believed while the store is asked again")
    func stale() {
        _ = look(0)
        store.answer?(.success("anna"))
        #expect(look(Limits.credentialFreshMs).findings == ["anna"])
        #expect(store.asked == 2)
        store.answer?(.success(nil))
        #expect(look(Limits.credentialFreshMs + 1).findings == ["nobody"])
    }

    @Test("what is much older waits for the store")
    func old() {
        _ = look(0)
        store.answer?(.success("anna"))
        let later = look(Limits.credentialStaleMs)
        #expect(later.findings.isEmpty)
        store.answer?(.success(nil))
        #expect(later.findings == ["nobody"])
    }

    @Test("after a change nothing is believed before the store has been asked")
    func changes() {
        _ = look(0)
        store.answer?(.success("anna"))
        let later = look(1, changes: 1)
        #expect(later.findings.isEmpty && store.asked == 2)
        store.answer?(.success(nil))
        #expect(later.findings == ["nobody"])
    }

    @Test("when the store does not answer, who was known goes on for a quarter of an hour")
    func outage() {
        _ = look(0)
        store.answer?(.success("anna"))
        let waiting = look(Limits.credentialStaleMs)
        store.answer?(gone)
        #expect(waiting.findings == ["anna"])
        // From then on nobody waits for the store.
        #expect(look(Limits.credentialStaleMs + 1).findings == ["anna"])
        store.answer?(gone)
        let last = look(Limits.credentialTrustMs)
        #expect(last.findings.isEmpty)
        store.answer?(gone)
        #expect(last.findings.count == 1 && last.findings[0].contains("unavailable"))
    }

    @Test("a stranger is told that the store does not answer, and is asked about again")
    func stranger() {
        let first = look(0)
        store.answer?(gone)
        #expect(first.findings.count == 1)
        let second = look(1)
        #expect(store.asked == 2)
        store.answer?(.success("anna"))
        #expect(second.findings == ["anna"])
    }

    @Test("an answer that was asked for before a change is not for who comes after it")
    func changesMeanwhile() {
        let before = look(0)
        let after = look(1, changes: 1)
        #expect(store.asked == 1)
        store.answer?(.success("anna"))
        #expect(before.findings == ["anna"] && after.findings.isEmpty)
        #expect(store.asked == 2)
        store.answer?(.success(nil))
        #expect(after.findings == ["nobody"])
        #expect(look(2, changes: 1).findings == ["nobody"] && store.asked == 2)
    }

    @Test("when the store does not answer, nobody waits for it twice")
    func changesMeanwhileUnanswered() {
        let before = look(0)
        let after = look(1, changes: 1)
        store.answer?(gone)
        #expect(before.findings.count == 1 && after.findings.count == 1 && store.asked == 1)
    }

    @Test(
        "whoever asks too much is refused alone, and the next one who waits asks",
        arguments: [AccountError.tooManyQuestions, .busy])
    func askers(error: AccountError) {
        let (greedy, second, third) = (look(0), look(1), look(2))
        #expect(store.asked == 1)
        store.answer?(.failure(error))
        #expect(greedy.findings == ["\(error)"] && second.findings.isEmpty)
        #expect(store.asked == 2)
        // Somebody who comes now waits for the same answer.
        let last = look(3)
        #expect(store.asked == 2)
        store.answer?(.success("anna"))
        for heard in [second, third, last] { #expect(heard.findings == ["anna"]) }
        #expect(greedy.findings.count == 1)
    }

    @Test("when all who wait ask too much, each is refused once, and nothing stays")
    func allAsk() {
        let all = (0..<10).map { look($0) }
        for _ in all { store.answer?(.failure(.tooManyQuestions)) }
        #expect(all.allSatisfy { $0.findings == ["tooManyQuestions"] } && store.asked == 10)
        let later = look(11)
        store.answer?(.success(nil))
        #expect(later.findings == ["nobody"] && store.asked == 11)
    }

    @Test("what was revoked is not believed longer because its holder asks too much")
    func revoked() {
        _ = look(0)
        store.answer?(.success("anna"))
        let stale = look(Limits.credentialStaleMs - 1)
        #expect(stale.findings == ["anna"])
        store.answer?(.failure(.tooManyQuestions))
        // Here and on another node, which this one does not hear of.
        for changes in 0...1 as ClosedRange<UInt64> {
            let greedy = look(Limits.credentialStaleMs + changes, changes: changes)
            store.answer?(.failure(.tooManyQuestions))
            #expect(greedy.findings == ["tooManyQuestions"])
        }
        let again = look(Limits.credentialStaleMs + 2, changes: 1)
        store.answer?(.success(nil))
        #expect(again.findings == ["nobody"])
    }

    @Test("who asks too much does not make us forget that the store is gone")
    func refusedInAnOutage() {
        _ = look(0)
        store.answer?(.success("anna"))
        _ = look(Limits.credentialStaleMs)
        store.answer?(.failure(.unavailable(reason: "it is gone")))
        let greedy = look(Limits.credentialStaleMs + 1)
        #expect(greedy.findings == ["anna"])
        store.answer?(.failure(.tooManyQuestions))
        #expect(look(Limits.credentialStaleMs + 2).findings == ["anna"])
    }

    @Test(
        "an answer to a newer question serves who has waited longer, whatever comes after it",
        arguments: [AccountError.unavailable(reason: "it is gone"), .busy, .tooManyQuestions])
    func newestServesAll(error: AccountError) {
        _ = look(0)
        let older = look(10, changes: 1)
        let newer = look(20, changes: 2)
        store.answer?(.success("anna"))
        store.answer?(.success("berta"))
        #expect(older.findings == ["berta"] && newer.findings == ["berta"])
        let last = look(20 + Limits.credentialStaleMs, changes: 3)
        store.answer?(.failure(error))
        #expect(last.findings.count == 1)
    }

    @Test("strangers do not make us forget, while the store is gone, who was known")
    func flood() {
        _ = look(0)
        store.answer?(.success("anna"))
        for number in 1..<Limits.credentialsRemembered { lookUpStranger(number, nowMs: 1) }
        _ = look(Limits.credentialStaleMs)
        store.answer?(gone)
        lookUpStranger(Limits.credentialsRemembered, nowMs: Limits.credentialStaleMs + 1)
        #expect(look(Limits.credentialStaleMs + 2).findings == ["anna"])
    }

    @Test("how long answers are believed, and how many there are, is up to whoever has the cache")
    func others() {
        let cache = CredentialCache<Int, String>(freshMs: 10_000, mostRemembered: 2)
        var asked: [Int] = []
        func look(_ id: Int, _ nowMs: UInt64) {
            cache.lookUp(
                id, nowMs: nowMs, changes: 0,
                ask: { answer in
                    asked.append(id)
                    answer(.success(nil))
                }, then: { _ in })
        }
        look(1, 0)
        look(1, 9_999)
        #expect(asked == [1])
        look(1, 10_000)
        look(2, 10_000)
        #expect(asked == [1, 1, 2])
        // A third one: what nobody holds is forgotten.
        look(3, 10_001)
        look(1, 10_002)
        #expect(asked == [1, 1, 2, 3, 1])
    }

    private func lookUpStranger(_ number: Int, nowMs: UInt64) {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        cache.lookUp(
            SecretDigest(bytes: bytes + [UInt8](repeating: 2, count: 24)), nowMs: nowMs,
            changes: 0, ask: { answer in answer(.success(nil)) }, then: { _ in })
    }
}
