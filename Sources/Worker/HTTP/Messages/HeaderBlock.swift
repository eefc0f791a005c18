// A received header section in one allocation: the fields lie one after another as (name length, value
// length, name, value), and become Strings only when asked for. At hundreds of thousands of requests a
// second, a String per field would be most of the cost. A block is used again when its request is over,
// so the next one needs no allocation.
//
// Unsafe use: one allocation, owned here and freed in deinit; `count` never exceeds `capacity`, everything
// below `count` is initialised, and every access is checked against it. Bytes of spans are read during the
// call only. Owner: the loop's thread.

/// The fields of one request in their order, with pseudo-header fields kept apart.
@safe
final class HeaderBlock {
    /// The initial capacity in bytes: enough for the usual request of a browser.
    private static let initialBytes = 512
    /// A block that has grown beyond this is not used again.
    private static let keptBytes = 4 * initialBytes

    /// The next one that is free; kept by SpentExchanges.
    var next: HeaderBlock?
    private(set) var fieldCount = 0
    /// Bytes of all names and values, including pseudo-header fields.
    private(set) var contentBytes = 0
    /// Each field: two little-endian 16-bit lengths, then the name, then the value.
    private var storage: UnsafeMutablePointer<UInt8>
    private var capacity = HeaderBlock.initialBytes
    private var count = 0
    private(set) var method = 0..<0
    private(set) var scheme = 0..<0
    private(set) var authority = 0..<0
    private(set) var path = 0..<0
    private var fieldsStart = 0
    private var fieldsEnd = 0
    /// The value of the field content-length, if it is a number.
    private(set) var contentLength: Int?
    /// Whether the client waits for 100 (Continue).
    private(set) var expectsContinue = false

    init() {
        unsafe storage = .allocate(capacity: Self.initialBytes)
    }

    deinit {
        unsafe storage.deallocate()
    }

    var mayBeReused: Bool { capacity <= Self.keptBytes }

    /// Forgets everything but its memory.
    func clear() {
        fieldCount = 0
        contentBytes = 0
        count = 0
        method = 0..<0
        scheme = 0..<0
        authority = 0..<0
        path = 0..<0
        fieldsStart = 0
        fieldsEnd = 0
        contentLength = nil
        expectsContinue = false
    }

    // MARK: Filling

    /// Appends one field. Names and values longer than 65535 bytes must have been refused before.
    func append(name: Span<UInt8>, value: Span<UInt8>) {
        precondition(name.count <= UInt16.max && value.count <= UInt16.max, "fields are bounded")
        fieldCount += 1
        contentBytes += name.count + value.count
        if name.count > 1, name[0] == UInt8(ascii: ":") {
            appendPseudo(name: name, value: value)
            return
        }
        makeRoom(4 + name.count + value.count)
        let lengths = (UInt32(name.count) | UInt32(value.count) << 16).littleEndian
        unsafe UnsafeMutableRawPointer(storage + count).storeBytes(of: lengths, as: UInt32.self)
        count += 4
        write(name)
        write(value)
        fieldsEnd = count
        note(name: name, value: value)
    }

    /// Remembers what is asked about every request.
    private func note(name: Span<UInt8>, value: Span<UInt8>) {
        switch name.count {
        case 14 where name.equals("content-length"):
            contentLength = Int(text(count - value.count..<count))
        case 6 where name.equals("expect"):
            expectsContinue = value.equalsIgnoringCase("100-continue")
        default: break
        }
    }

    /// Pseudo-header fields come before all others (RFC 9113 section 8.3), so their values are at the
    /// start of the bytes, and `fieldsStart` is where the others begin.
    private func appendPseudo(name: Span<UInt8>, value: Span<UInt8>) {
        let range = count..<count + value.count
        switch (name.count, name[1]) {
        case (5, UInt8(ascii: "p")): path = range
        case (7, UInt8(ascii: "m")): method = range
        case (7, UInt8(ascii: "s")): scheme = range
        case (10, UInt8(ascii: "a")): authority = range
        default: return
        }
        makeRoom(value.count)
        write(value)
        fieldsStart = count
        fieldsEnd = count
    }

    /// Replaces the path when all fields have been added.
    func replacePath(_ other: Span<UInt8>) {
        path = count..<count + other.count
        makeRoom(other.count)
        write(other)
    }

    /// Replaces the authority when all fields have been added.
    func replaceAuthority(_ other: Span<UInt8>) {
        makeRoom(other.count)
        authority = count..<count + other.count
        write(other)
    }

    private func makeRoom(_ added: Int) {
        guard count + added > capacity else { return }
        let larger = max(2 * capacity, count + added)
        let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe fresh.update(from: storage, count: count)
        unsafe storage.deallocate()
        unsafe storage = unsafe fresh
        capacity = larger
    }

    /// The caller has made room.
    private func write(_ span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            unsafe (storage + count).update(from: base, count: source.count)
        }
        count += span.count
    }

    // MARK: Reading

    /// Calls `body` with the bytes of a range.
    @inline(__always)
    func withBytes<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) -> Result) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes of the block")
        let bytes = unsafe UnsafeBufferPointer(
            start: storage + range.lowerBound, count: range.count)
        return unsafe body(bytes.span)
    }

    /// The bytes of a range as text; bytes that are not UTF-8 are replaced.
    func text(_ range: Range<Int>) -> String {
        withBytes(range) { bytes in
            unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Calls `body` with the ranges of each field's name and value, until it returns false.
    func forEachField(_ body: (_ name: Range<Int>, _ value: Range<Int>) -> Bool) {
        var position = fieldsStart
        while position < fieldsEnd {
            let (name, value) = field(at: position)
            guard body(name, value) else { return }
            position = value.upperBound
        }
    }

    /// The value of the first field of that name (lower case); nil when there is none.
    func firstField(_ name: StaticString) -> Range<Int>? {
        let nameCount = name.utf8CodeUnitCount
        var position = fieldsStart
        while position < fieldsEnd {
            let (nameRange, value) = field(at: position)
            if nameRange.count == nameCount, matches(nameRange, name) { return value }
            position = value.upperBound
        }
        return nil
    }

    private func field(at position: Int) -> (name: Range<Int>, value: Range<Int>) {
        precondition(position >= 0 && position + 4 <= count, "a field of the block")
        let start = unsafe UnsafeRawPointer(storage + position)
        let lengths = unsafe UInt32(littleEndian: start.loadUnaligned(as: UInt32.self))
        let nameEnd = position + 4 + Int(lengths & 0xFFFF)
        return (position + 4..<nameEnd, nameEnd..<nameEnd + Int(lengths >> 16))
    }

    /// Whether `:authority` names the same host.
    func hasAuthority(_ other: [UInt8]) -> Bool {
        withBytes(authority) { Authority.areSame($0, other.span) }
    }

    /// Whether the bytes of a range are exactly those of `text`.
    func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
        withBytes(range) { $0.equals(text) }
    }
}
