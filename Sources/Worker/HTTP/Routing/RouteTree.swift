// Finds the pattern of a path. The patterns are merged into one tree of segments, made once. A search
// walks down the tree with the bytes of the target, and allocates nothing.
//
// If several patterns fit, the more specific one wins, from left to right: a literal goes before a
// parameter, and both go before a rest, which takes what fits nothing else. So "/login/live" fits
// "/{name}/live" although there is a "/login" as well.
//
// Pure. Nodes, literals and their text are in three flat arrays, and refer to each other by position.

/// The result: the pattern, and the bytes of the target that are its parameters.
package struct RouteMatch: Equatable, Sendable {
    /// The position of the pattern in the list from which the tree was made.
    let pattern: Int
    /// The bytes of the target that are the parameters and the rest, in their order.
    package let first: Range<Int>
    package let second: Range<Int>
}

struct RouteTree {
    /// More parameters would need more room in a RouteMatch.
    private static let mostParameters = 2
    private static let none = -1

    private struct Node {
        var literals = 0..<0
        var parameter = RouteTree.none
        /// The pattern that ends here, and the pattern whose rest begins here.
        var pattern = RouteTree.none
        var restPattern = RouteTree.none
    }

    private struct Literal {
        /// Tells nearly all literals apart by one comparison.
        let signature: UInt32
        let text: Range<Int>
        let child: Int
    }

    private var nodes: [Node] = []
    private var literals: [Literal] = []
    private var text: [UInt8] = []

    // MARK: Making one

    init(_ patterns: [String]) {
        let parsed = patterns.enumerated().map {
            ($0.offset, PatternSegment.parse($0.element)[...])
        }
        for (_, segments) in parsed {
            let parameters = segments.count { $0 == .parameter || $0 == .rest }
            precondition(parameters <= Self.mostParameters, "a pattern has few parameters")
        }
        _ = add(parsed)
    }

    private typealias Branch = (pattern: Int, segments: ArraySlice<PatternSegment>)

    /// Adds the node where all these patterns continue, and everything below it; returns its position.
    private mutating func add(_ branches: [Branch]) -> Int {
        let position = nodes.count
        nodes.append(Node())
        var children: [(name: [UInt8], branches: [Branch])] = []
        var behindParameter: [Branch] = []
        for branch in branches {
            let rest = (branch.pattern, branch.segments.dropFirst())
            switch branch.segments.first {
            case nil:
                precondition(nodes[position].pattern == Self.none, "a pattern is there once")
                nodes[position].pattern = branch.pattern
            case .rest:
                precondition(nodes[position].restPattern == Self.none, "a pattern is there once")
                nodes[position].restPattern = branch.pattern
            case .parameter: behindParameter.append(rest)
            case .literal(let name):
                if let index = children.firstIndex(where: { $0.name == name }) {
                    children[index].branches.append(rest)
                } else {
                    children.append((name, [rest]))
                }
            }
        }
        if !behindParameter.isEmpty { nodes[position].parameter = add(behindParameter) }
        let added = children.map { (name: $0.name, child: add($0.branches)) }
        let start = literals.count
        let sorted = added.sorted {
            Self.signature($0.name.span) < Self.signature($1.name.span)
        }
        for (name, child) in sorted { append(name, child) }
        nodes[position].literals = start..<literals.count
        return position
    }

    private mutating func append(_ name: [UInt8], _ child: Int) {
        let start = text.count
        text += name
        literals.append(
            Literal(
                signature: Self.signature(name.span), text: start..<text.count, child: child))
    }

    /// Length, first and last byte.
    private static func signature(_ bytes: Span<UInt8>) -> UInt32 {
        guard bytes.count > 0 else { return 0 }
        return UInt32(truncatingIfNeeded: bytes.count) << 16 | UInt32(bytes[0]) << 8
            | UInt32(bytes[bytes.count - 1])
    }

    // MARK: Finding

    /// The pattern that the path of a target fits; nil when none does.
    func find(_ split: SplitTarget, in target: Span<UInt8>) -> RouteMatch? {
        guard split.segmentCount > 0 else { return nil }
        var search = Search()
        if let pattern = walk(from: 0, at: 0, split, target, &search) {
            return search.match(pattern)
        }
        return search.rest
    }

    /// What a search has found on its way.
    private struct Search {
        var first = 0..<0
        var second = 0..<0
        var parameterCount = 0
        /// The rest that begins latest of those found so far.
        var rest: RouteMatch?
        var restNumber = RouteTree.none

        mutating func push(_ range: Range<Int>) {
            if parameterCount == 0 { first = range } else { second = range }
            parameterCount += 1
        }

        mutating func pop() { parameterCount -= 1 }

        func match(_ pattern: Int) -> RouteMatch {
            RouteMatch(
                pattern: pattern, first: parameterCount > 0 ? first : 0..<0,
                second: parameterCount > 1 ? second : 0..<0)
        }
    }

    private func walk(
        from position: Int, at number: Int, _ split: SplitTarget, _ target: Span<UInt8>,
        _ search: inout Search
    ) -> Int? {
        let node = nodes[position]
        guard number < split.segmentCount else {
            return node.pattern == Self.none ? nil : node.pattern
        }
        // Segments beyond this number are not told apart, so only a rest can fit.
        guard number < SplitTarget.mostSegments else { return nil }
        noteRest(node, at: number, split, &search)
        let range = split.segment(number)
        if let child = literal(of: node, target.extracting(range)),
            let found = walk(from: child, at: number + 1, split, target, &search)
        {
            return found
        }
        guard node.parameter != Self.none else { return nil }
        search.push(range)
        if let found = walk(from: node.parameter, at: number + 1, split, target, &search) {
            return found
        }
        search.pop()
        return nil
    }

    private func noteRest(
        _ node: Node, at number: Int, _ split: SplitTarget, _ search: inout Search
    ) {
        guard node.restPattern != Self.none, number > search.restNumber else { return }
        search.push(split.rest(from: number))
        search.rest = search.match(node.restPattern)
        search.restNumber = number
        search.pop()
    }

    private func literal(of node: Node, _ segment: Span<UInt8>) -> Int? {
        let signature = Self.signature(segment)
        let literals = literals.span
        var low = node.literals.lowerBound
        var high = node.literals.upperBound
        while low < high {
            let middle = (low + high) / 2
            if literals[middle].signature < signature { low = middle + 1 } else { high = middle }
        }
        while low < node.literals.upperBound, literals[low].signature == signature {
            let literal = literals[low]
            if text.span.extracting(literal.text).isSame(as: segment) { return literal.child }
            low += 1
        }
        return nil
    }
}
