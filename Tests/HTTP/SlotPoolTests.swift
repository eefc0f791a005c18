// The slots for the libraries' large buffers.

import Testing

@testable import HTTP

struct SlotPoolTests {
    private static let slotBytes = 8_192

    @Test("slots do not overlap, and an exhausted pool says so")
    func exhaustion() {
        let pool = SlotPool(slotBytes: Self.slotBytes, slots: 3, keptSlots: 1)
        let taken = (0..<3).map { _ in UInt(bitPattern: pool.take()) }.sorted()
        #expect(zip(taken, taken.dropFirst()).allSatisfy { $1 - $0 >= UInt(Self.slotBytes) })
        #expect(pool.take() == nil)
        pool.giveBack(UnsafeMutableRawPointer(bitPattern: taken[1])!)
        #expect(UInt(bitPattern: pool.take()) == taken[1])
    }

    @Test("after a burst the slot in use stays in memory, and the others are given back")
    func warmth() throws {
        let pool = SlotPool(slotBytes: Self.slotBytes, slots: 10, keptSlots: 1)
        let burst = try (0..<5).map { _ in try #require(pool.take()) }
        for slot in burst { slot.storeBytes(of: 7, as: UInt8.self) }
        for slot in burst { pool.giveBack(slot) }
        for _ in 0..<3 {
            let slot = try #require(pool.take())
            #expect(slot == burst[0])
            #expect(slot.load(as: UInt8.self) == 7)
            pool.giveBack(slot)
        }
        let again = try (0..<5).map { _ in try #require(pool.take()) }
        #expect(Set(again) == Set(burst))
        #expect(again.count { $0.load(as: UInt8.self) == 7 } == 1)
    }

    @Test("a pool knows its own addresses")
    func ownership() throws {
        let pool = SlotPool(slotBytes: Self.slotBytes, slots: 2, keptSlots: 2)
        let slot = try #require(pool.take())
        #expect(pool.owns(slot))
        #expect(pool.owns(slot + 2 * Self.slotBytes - 1))
        #expect(!pool.owns(slot + 2 * Self.slotBytes))
        #expect(!pool.owns(slot - 1))
    }

    @Test("after a crowd only a few slots stay in memory")
    func cooling() throws {
        let pool = SlotPool(slotBytes: Self.slotBytes, slots: 10, keptSlots: 5)
        let burst = try (0..<5).map { _ in try #require(pool.take()) }
        for slot in burst { slot.storeBytes(of: 7, as: UInt8.self) }
        for slot in burst { pool.giveBack(slot) }
        pool.cool(to: 2)
        let again = try (0..<5).map { _ in try #require(pool.take()) }
        #expect(Set(again) == Set(burst))
        #expect(again.map { $0.load(as: UInt8.self) } == [7, 7, 0, 0, 0])
    }
}
