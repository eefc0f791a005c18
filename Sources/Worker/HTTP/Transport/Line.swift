// First in, first out, without memory of its own: each member knows who stands behind it. So a line never
// grows or moves, and is two addresses, which cost nothing to copy.
//
// Unsafe use: a line holds one reference to each member, taken in `append` and handed out in `popFirst`. So
// the addresses in it are those of objects that live. Owner: the loop's thread.

/// Who can stand in lines: in one of each kind at a time.
protocol LineMember: AnyObject {
    /// Who stands behind it, by the kind of line. Kept by the lines.
    var behind: LineFollowers<Self> { get set }
}

/// Who stands behind a member, in the line of each kind.
@safe
struct LineFollowers<Member: AnyObject> {
    private var all = unsafe InlineArray<4, Unmanaged<Member>?>(repeating: nil)

    fileprivate subscript(_ kind: ConnectionTurns.Kind) -> Unmanaged<Member>? {
        get { unsafe all[kind.rawValue] }
        set { unsafe all[kind.rawValue] = unsafe newValue }
    }
}

/// A line of one kind. Whoever owns it empties it before it goes.
@safe
struct Line<Member: LineMember> {
    private var first: Unmanaged<Member>?
    private var last: Unmanaged<Member>?

    init() {}

    var isEmpty: Bool { unsafe first == nil }

    @inline(__always)
    mutating func append(_ member: Member, _ kind: ConnectionTurns.Kind) {
        let added = unsafe Unmanaged.passRetained(member)
        if let last = unsafe last {
            unsafe last._withUnsafeGuaranteedRef { unsafe $0.behind[kind] = added }
        } else {
            unsafe first = unsafe added
        }
        unsafe last = unsafe added
    }

    @inline(__always)
    mutating func popFirst(_ kind: ConnectionTurns.Kind) -> Member? {
        guard let taken = unsafe first else { return nil }
        let member = unsafe taken.takeRetainedValue()
        unsafe first = unsafe member.behind[kind]
        unsafe member.behind[kind] = nil
        if unsafe first == nil { unsafe last = nil }
        return member
    }
}
