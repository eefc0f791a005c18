// Shows on the counter page what this process takes of the machine.
//
// Owner: one thread.

import LinuxIO

package final class ProcessFigures {
    private let counters: SlotCounters
    private var processorUs: UInt64 = 0
    /// Descriptors that are no connections, as of the last count.
    private var otherDescriptors: UInt64 = 0

    /// With so many connections, descriptors are no longer counted one by one: that could take longer
    /// than a turn of the loop may.
    private static let fewConnections: UInt64 = 500

    package init(counters: SlotCounters) {
        self.counters = counters
    }

    /// Call about once a second.
    /// - Parameter connections: how many the process has.
    package func publish(connections: UInt64 = 0) {
        let nowUs = ThisProcess.processorUs()
        counters.add(.processorUs, nowUs - min(processorUs, nowUs))
        processorUs = max(processorUs, nowUs)
        if let memory = ThisProcess.memoryInUse() {
            counters.set(.residentBytes, memory.residentBytes)
            counters.set(.anonymousBytes, memory.anonymousBytes)
        }
        if connections <= Self.fewConnections, let open = ThisProcess.descriptorsOpen() {
            otherDescriptors = open - min(connections, open)
        }
        counters.set(.descriptorsOpen, otherDescriptors + connections)
        counters.set(.descriptorsAllowed, ThisProcess.descriptorsAllowed() ?? 0)
    }
}
