// A 64-bit word in a shared mapping, used only through atomic operations.
//
// Why the unsafe code is sound: `Atomic<UInt64>` is exactly the 64-bit word it holds (asserted
// below). The processor's atomic instructions work across processes on shared memory. The address
// is aligned and inside the mapping; RingMapping, the only maker of these, checks that. A holder of
// a word also holds the mapping. Values found in a word are untrusted: any process may have written
// them, so they come out as an UntrustedNumber.

import Synchronization

@safe
package struct MappedWord {
    private let pointer: UnsafeMutablePointer<Atomic<UInt64>>

    @unsafe
    init(at address: UnsafeMutableRawPointer) {
        precondition(MemoryLayout<Atomic<UInt64>>.size == 8)
        precondition(Int(bitPattern: address) % 8 == 0, "words are aligned")
        unsafe pointer = address.assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    package func load() -> UntrustedNumber {
        UntrustedNumber(unsafe pointer.pointee.load(ordering: .relaxed))
    }

    package func loadAcquiring() -> UntrustedNumber {
        UntrustedNumber(unsafe pointer.pointee.load(ordering: .acquiring))
    }

    package func store(_ value: UInt64) { unsafe pointer.pointee.store(value, ordering: .relaxed) }
    package func storeReleasing(_ value: UInt64) {
        unsafe pointer.pointee.store(value, ordering: .releasing)
    }

    /// Adds, wrapping around, and returns the sum.
    @discardableResult
    package func add(_ value: UInt64) -> UntrustedNumber {
        let sum = unsafe pointer.pointee.wrappingAdd(value, ordering: .acquiringAndReleasing)
        return UntrustedNumber(sum.newValue)
    }

    package func insert(bits: UInt64) {
        _ = unsafe pointer.pointee.bitwiseOr(bits, ordering: .sequentiallyConsistent)
    }

    package func remove(bits: UInt64) {
        _ = unsafe pointer.pointee.bitwiseAnd(~bits, ordering: .sequentiallyConsistent)
    }

    package func raise(to value: UInt64) {
        _ = unsafe pointer.pointee.max(value, ordering: .relaxed)
    }

    /// Stores `value` if the word is still `expected`.
    package func replace(_ expected: UInt64, with value: UInt64) {
        _ = unsafe pointer.pointee.compareExchange(
            expected: expected, desired: value, ordering: .acquiringAndReleasing)
    }
}
