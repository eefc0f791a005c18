// Counters that all processes share: one memory file, mapped by the supervisor and by every worker.
// Each process has its own slot and counts nowhere else, so that no two processes ever count in one
// cache line. Readers make the sums. A slot outlives its worker, and the file its supervisor, which
// keeps totals right when a worker dies, and over reloads and upgrades.
//
// Layout, in 64-bit words of this machine: a header of `strideWords` words (magic, version of the
// layout, slots, stride, changes), then per slot `strideWords` words: a place for each `Counter`, each
// `LabelledCounter` and each cell of each `Histogram`. One slot beyond the workers' belongs to the
// supervisor. Builds with different counters share one file during an upgrade: places are only ever
// added, there is room for that, and a build leaves places alone that it does not know. The version
// changes only if that were not enough.
//
// Unsafe: the mapping is `wordCount` words long, every index is checked against that, it stays
// until deinit, and the file behind it is sealed against changes of its size, so an access inside
// the mapping can never fault. All access is atomic.

import CLinux
import Glibc
import LinuxIO
import Synchronization

/// The shared counters. All methods may be called from any thread and any process.
package final class CounterPage: Sendable {
    /// Slots for workers.
    package let slots: Int
    /// The slot after those of the workers, for the supervisor's own counts.
    package var supervisorSlot: Int { slots }
    /// The memory file, for workers to inherit. Close-on-exec.
    package let descriptor: Descriptor

    private let words: Words

    private static let magic: UInt64 = 0x5765_6972_436E_7472  // "WeirCntr"
    private static let layoutVersion: UInt64 = 1
    /// Where the numbers of changes begin in the header; each has two cache lines, because processors
    /// fetch them in pairs.
    private static let changeWords = 16
    /// 32 KiB. Half of it is free; what is never counted takes no memory until it is read.
    static let strideWords = 4_096
    /// Where distributions begin in a slot, behind all counters.
    static let histogramWord = 1_024

    private static func wordCount(slots: Int) -> Int { (slots + 2) * strideWords }

    /// Creates the memory file, all zero, for `slots` workers and the supervisor.
    /// Errors: EMFILE, ENFILE, ENOMEM.
    package static func create(slots: Int) throws(SystemError) -> CounterPage {
        precondition(slots > 0, "counters are for at least one worker")
        let raw = try systemCall("memfd_create") {
            unsafe weir_shared_memory("weir-counters", wordCount(slots: slots) * 8)
        }
        let descriptor = Descriptor(owning: raw)
        let words = try Words(raw, count: wordCount(slots: slots))
        let page = CounterPage(slots: slots, descriptor: descriptor, words: words)
        for (index, word) in header(slots: slots).enumerated() {
            page.words[index].store(word, ordering: .relaxed)
        }
        return page
    }

    private static func header(slots: Int) -> [UInt64] {
        [magic, layoutVersion, UInt64(slots), UInt64(strideWords)]
    }

    /// Maps a memory file that another process created, perhaps one of another build. Errors: EINVAL
    /// when it is not the counters of `slots` workers in this layout, and those of mmap.
    package convenience init(
        adopting descriptor: consuming Descriptor, slots: Int
    ) throws(SystemError) {
        let raw = descriptor.raw
        let count = Self.wordCount(slots: slots)
        guard slots > 0, weir_is_shared_memory(raw, count * 8) == 1 else {
            throw SystemError(code: EINVAL, call: "counter page")
        }
        let words = try Words(raw, count: count)
        self.init(slots: slots, descriptor: descriptor, words: words)
        for (index, word) in Self.header(slots: slots).enumerated() {
            guard self.words[index].load(ordering: .relaxed) == word else {
                throw SystemError(code: EINVAL, call: "counter page")
            }
        }
    }

    private init(slots: Int, descriptor: consuming Descriptor, words: consuming Words) {
        self.slots = slots
        self.descriptor = descriptor
        self.words = words
    }

    private func first(_ slot: Int) -> Int {
        precondition((0...slots).contains(slot), "a slot is a worker's or the supervisor's")
        return (slot + 1) * Self.strideWords
    }

    private func index(_ counter: Counter, _ slot: Int) -> Int { first(slot) + counter.rawValue }

    private func index(_ counter: LabelledCounter, _ cell: Int, _ slot: Int) -> Int {
        let words = counter.words
        precondition((0..<words.count).contains(cell), "a label has so many values")
        return first(slot) + words.lowerBound + cell
    }

    private func index(_ histogram: Histogram, _ cell: Int, _ slot: Int) -> Int {
        precondition((0..<histogram.cells).contains(cell), "a label has so many values")
        return first(slot) + Self.histogramWord
            + (histogram.firstCell + cell) * Histogram.cellWords
    }

    // MARK: Counting

    /// Adds to a counter or gauge of one slot.
    package func add(_ counter: Counter, _ amount: UInt64 = 1, slot: Int) {
        words[index(counter, slot)].wrappingAdd(amount, ordering: .relaxed)
    }

    /// Sets a counter or gauge of one slot.
    package func set(_ counter: Counter, _ value: UInt64, slot: Int) {
        words[index(counter, slot)].store(value, ordering: .relaxed)
    }

    /// The count of one slot.
    package func get(_ counter: Counter, slot: Int) -> UInt64 {
        words[index(counter, slot)].load(ordering: .relaxed)
    }

    /// The sum over all slots, the supervisor's included.
    package func total(_ counter: Counter) -> UInt64 {
        (0...slots).reduce(0) { $0 &+ get(counter, slot: $1) }
    }

    /// Adds to the count of one value of a label.
    package func add(_ counter: LabelledCounter, cell: Int, slot: Int) {
        words[index(counter, cell, slot)].wrappingAdd(1, ordering: .relaxed)
    }

    /// The sum over all slots for one value of a label.
    package func total(_ counter: LabelledCounter, cell: Int) -> UInt64 {
        (0...slots).reduce(0) { sum, slot in
            sum &+ words[index(counter, cell, slot)].load(ordering: .relaxed)
        }
    }

    // MARK: Changes

    /// Something that every process looks at often and that seldom changes: one number for all of them,
    /// so that looking takes one step.
    package enum Change: Int, CaseIterable, Sendable {
        case ofStreams = 0
        case ofCredentials = 1
    }

    private func index(_ change: Change) -> Int { Self.changeWords * (1 + change.rawValue) }

    /// Notes that something has changed.
    package func note(_ change: Change) {
        words[index(change)].wrappingAdd(1, ordering: .relaxed)
    }

    /// How often it has changed.
    package func count(of change: Change) -> UInt64 {
        words[index(change)].load(ordering: .relaxed)
    }

    // MARK: Distributions

    /// Adds a value to a distribution of one slot.
    /// - Parameter cell: the place of the label's value, if there is a label.
    package func observe(_ histogram: Histogram, cell: Int = 0, us valueUs: UInt64, slot: Int) {
        let first = index(histogram, cell, slot)
        words[first + histogram.bucket(of: valueUs)].wrappingAdd(1, ordering: .relaxed)
        words[first + Histogram.sumWord].wrappingAdd(valueUs, ordering: .relaxed)
    }

    /// The distribution of all slots, the supervisor's included.
    package func total(_ histogram: Histogram, cell: Int = 0) -> HistogramCounts {
        var total = HistogramCounts(
            buckets: [UInt64](repeating: 0, count: histogram.boundsUs.count + 1), sumUs: 0)
        for slot in 0...slots {
            let first = index(histogram, cell, slot)
            for bucket in total.buckets.indices {
                total.buckets[bucket] &+= words[first + bucket].load(ordering: .relaxed)
            }
            total.sumUs &+= words[first + Histogram.sumWord].load(ordering: .relaxed)
        }
        return total
    }

    /// The sum of all values of one slot's distribution.
    package func sumUs(of histogram: Histogram, slot: Int) -> UInt64 {
        words[index(histogram, 0, slot) + Histogram.sumWord].load(ordering: .relaxed)
    }

    /// Sets the gauges of a slot to zero, after its process has ended.
    package func resetGauges(slot: Int) {
        for counter in Counter.allCases where counter.isGauge { set(counter, 0, slot: slot) }
    }
}

/// A shared mapping of 64-bit atomic words, unmapped when its owner is gone.
///
/// Sendable: nothing changes after init but the words, and those only atomically.
@safe private struct Words: ~Copyable, @unchecked Sendable {
    private let base: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    init(_ raw: Int32, count: Int) throws(SystemError) {
        precondition(MemoryLayout<Atomic<UInt64>>.stride == 8, "an atomic word is just the word")
        let address = unsafe mmap(nil, count * 8, PROT_READ | PROT_WRITE, MAP_SHARED, raw, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw SystemError.last("mmap")
        }
        unsafe base = address.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        self.count = count
    }

    deinit {
        unsafe munmap(base, count * 8)
    }

    subscript(index: Int) -> Atomic<UInt64> {
        unsafeAddress {
            precondition((0..<count).contains(index), "a word of the mapping")
            return unsafe UnsafePointer(base.advanced(by: index))
        }
    }
}
