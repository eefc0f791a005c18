// First in, first out.

/// Things that wait in a line. Adding and taking cost the same however many there are.
struct Line<Element> {
    private var elements: [Element?] = []
    /// The elements before it have been taken.
    private var head = 0

    var isEmpty: Bool { head == elements.count }
    var count: Int { elements.count - head }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        defer { forgetTaken() }
        return elements[head].take()
    }

    /// Moves the elements up only when that is no more work than taking them has been.
    private mutating func forgetTaken() {
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: head <= Self.keptCapacity)
            head = 0
        } else if head > Self.keptCapacity, head > elements.count / 2 {
            elements.removeFirst(head)
            head = 0
        }
    }

    private static var keptCapacity: Int { 64 }
}
