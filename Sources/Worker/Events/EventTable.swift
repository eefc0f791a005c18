// The newest event of every stream, encoded once for all subscribers, in the order in which the streams
// last changed. A subscriber is only a version in here (EventCursor). When a slow one comes back, it
// finds the newest state of each stream, and none of the states in between. So no events are queued for
// anyone.
//
// Invariants: versions only grow; an entry's version is unique; `order` is sorted by version and
// contains each entry at its newest version, among older places that no longer count.
//
// Owner: the worker's loop thread.

import Channel
import StreamState

/// Tells that a stream has changed, without describing it.
struct StreamMark: Equatable, Sendable {
    let ringEpoch: UInt64
    let state: StreamState
    let publisher: PublisherState
    var isJoinable = true
    var about = About.none

    var isListed: Bool { !about.words.isUnlisted }
}

final class EventTable {
    /// One stream. All subscribers that are sent its bytes share them.
    final class Entry {
        let name: String
        fileprivate(set) var version: UInt64
        /// The whole event: `stream`, or `gone`.
        fileprivate(set) var event: [UInt8]
        /// The stream as a further element of a list: a comma, then the JSON. Empty when the stream is
        /// gone.
        fileprivate(set) var element: [UInt8]
        /// Nil when the stream is gone.
        fileprivate(set) var mark: StreamMark?

        fileprivate init(name: String) {
            self.name = name
            version = 0
            event = []
            element = []
        }

        var isGone: Bool { mark == nil }

        /// The version at which it left the list of all streams, by its end or because it is unlisted now;
        /// 0 when it never did.
        fileprivate(set) var leftListVersion: UInt64 = 0

        /// Whether those who hear of all streams hear of this one.
        var isListed: Bool { mark?.isListed ?? false }

        /// Whether its newest change is one that those who hear of all streams are told.
        var isToldToAll: Bool { isListed || leftListVersion == version }
    }

    private var entries: [String: Entry] = [:]
    private var order: [(version: UInt64, entry: Entry)] = []
    /// Names of the streams that are not gone, sorted.
    private(set) var names: [String] = []
    private var goneCount = 0
    private let goneLimit: Int

    /// The version of the newest change.
    private(set) var version: UInt64 = 0
    /// A subscriber that has seen nothing newer than this may have missed that a stream is gone.
    private(set) var forgottenVersion: UInt64 = 0

    /// Remembers up to `goneLimit` streams that are gone.
    init(goneLimit: Int) {
        self.goneLimit = goneLimit
    }

    // MARK: Changing

    /// Notes the present state of a stream; returns the size of its event, or nil when nothing has
    /// changed.
    func update(_ name: String, json: [UInt8], mark: StreamMark) -> Int? {
        let entry = entry(named: name)
        let element = [UInt8(ascii: ",")] + json
        if entry.element == element && entry.mark == mark { return nil }
        if entry.isGone {
            if entry.version != 0 { goneCount -= 1 }
            names.insert(name, at: place(of: name))
        }
        let wasListed = entry.isListed
        entry.event = EventText.event("stream", json: json)
        entry.element = element
        entry.mark = mark
        move(entry)
        if wasListed && !mark.isListed { entry.leftListVersion = version }
        return entry.event.count
    }

    /// Notes that a stream is gone; returns the size of the event, or nil when there was no such stream.
    func remove(_ name: String) -> Int? {
        guard let entry = entries[name], !entry.isGone else { return nil }
        names.remove(at: place(of: name))
        let wasListed = entry.isListed
        entry.event = EventText.gone(name)
        entry.element = []
        entry.mark = nil
        goneCount += 1
        move(entry)
        if wasListed { entry.leftListVersion = version }
        if goneCount > goneLimit { forgetOldestGone() }
        return entry.event.count
    }

    /// Forgets a stream that has no subscribers any more.
    func forget(_ name: String) {
        guard let entry = entries.removeValue(forKey: name) else { return }
        // Its places in the order no longer count.
        entry.version = 0
        if entry.isGone {
            goneCount -= 1
        } else {
            names.remove(at: place(of: name))
        }
    }

    /// Forgets everything but these streams.
    func forget(allBut kept: Set<String>) {
        for name in entries.keys where !kept.contains(name) { forget(name) }
    }

    private func entry(named name: String) -> Entry {
        if let entry = entries[name] { return entry }
        let entry = Entry(name: name)
        entries[name] = entry
        return entry
    }

    private func move(_ entry: Entry) {
        version += 1
        entry.version = version
        order.append((version, entry))
        if order.count > 2 * entries.count + 64 {
            order.removeAll { $0.version != $0.entry.version }
        }
    }

    private func forgetOldestGone() {
        let oldest = order.first { $0.entry.isGone && $0.entry.version == $0.version }
        guard let oldest else { return }
        forgottenVersion = oldest.version
        forget(oldest.entry.name)
    }

    // MARK: Looking

    /// The stream of that name, even one that is gone; nil when it is unknown or forgotten.
    func find(_ name: String) -> Entry? { entries[name] }

    /// Of the streams that have changed after a version, the one that changed first.
    func firstChanged(after version: UInt64) -> Entry? {
        guard version < self.version else { return nil }
        var index = Self.firstIndex(in: order) { $0.version > version }
        while index < order.count {
            if order[index].entry.version == order[index].version { return order[index].entry }
            index += 1
        }
        return nil
    }

    /// The next stream by name that is not gone, and that lists name.
    func firstListed(after name: String?) -> Entry? {
        let index = name.map { name in Self.firstIndex(in: names) { $0 > name } } ?? 0
        return names[index...].lazy.compactMap { self.entries[$0] }.first(where: \.isListed)
    }

    private func place(of name: String) -> Int {
        Self.firstIndex(in: names) { $0 >= name }
    }

    /// The first element for which the condition holds, in an array where it holds for all later
    /// elements.
    private static func firstIndex<Element>(
        in array: [Element], where condition: (Element) -> Bool
    ) -> Int {
        var range = 0..<array.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range =
                condition(array[middle]) ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound
    }
}
