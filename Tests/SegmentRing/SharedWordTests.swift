// The words that workers share: each mapping of the file sees what another one wrote.

import Glibc
import Testing

@testable import SegmentRing

@Suite struct SharedWordTests {
    private let scratch = ScratchDirectory()

    /// Two mappings of one new ring.
    private func pair() throws -> (Ring, Ring) {
        let writer = try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [], state: [])
        return (writer.ring, try Ring.open(path: scratch.ring))
    }

    @Test("a new ring's words are all zero")
    func fresh() throws {
        let (ring, _) = try pair()
        #expect(ring.slots.writer == nil)
        #expect(ring.slots.interested == 0)
        #expect(ring.slots.waiting == 0)
        #expect((0..<OwnerWords.count).allSatisfy { ring.ownerWords[$0].load().bits == 0 })
    }

    @Test("interest and waiting are one bit per worker")
    func bits() throws {
        let (one, other) = try pair()
        one.slots.setInterested(true, slot: 0)
        other.slots.setInterested(true, slot: 63)
        one.slots.setWaiting(true, slot: 1)
        #expect(one.slots.interested == 0x8000_0000_0000_0001)
        #expect(other.slots.waiting == 2)
        other.slots.setInterested(false, slot: 0)
        #expect(one.slots.interested == 0x8000_0000_0000_0000)
    }

    @Test("a released slot is as if its worker had never been")
    func released() throws {
        let (one, other) = try pair()
        for slot in [7, 8] {
            one.slots.setInterested(true, slot: slot)
            one.slots.setWaiting(true, slot: slot)
        }
        one.slots.setWriter(7)
        other.slots.release(8)
        #expect(one.slots.writer == 7)
        #expect(one.slots.interested == 1 << 7)
        other.slots.release(7)
        #expect(one.slots.interested == 0)
        #expect(one.slots.waiting == 0)
        #expect(one.slots.writer == nil)
    }

    @Test("each of the owner's words is one of its own, and none of them is the ring's")
    func ownerWords() throws {
        let (one, other) = try pair()
        for index in 0..<OwnerWords.count { one.ownerWords[index].store(UInt64(index) + 1) }
        #expect(
            (0..<OwnerWords.count).allSatisfy {
                other.ownerWords[$0].load().bits == UInt64($0) + 1
            })
        #expect(one.slots.writer == nil)
        #expect(one.slots.interested == 0)
        #expect(one.slots.waiting == 0)
        #expect(other.entryHead == 0)
    }

    @Test(
        "the owner has as many words as it was promised; one more is a bug that stops the process")
    func noMoreWords() async {
        #expect(OwnerWords.count == 448)
        await #expect(processExitsWith: .failure) {
            let scratch = ScratchDirectory()
            let writer = try Ring.create(
                path: scratch.ring, geometry: smallGeometry, initialization: [], state: [])
            writer.ring.remove()
            rmdir(scratch.path)
            writer.ring.ownerWords[OwnerWords.count].store(1)
        }
    }

    @Test("the words outlive the ring they were taken from")
    func lifetime() throws {
        var ring: Ring? = try pair().1
        let slots = try #require(ring?.slots)
        ring = nil
        slots.setWaiting(true, slot: 5)
        #expect(try Ring.open(path: scratch.ring).slots.waiting == 1 << 5)
    }
}
