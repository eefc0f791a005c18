// A descriptor in a box, because neither arrays nor optional members of a class can give away a noncopyable
// value. It is taken out once; what is not taken is closed with the box.

import LinuxIO

final class PassedDescriptor {
    private var descriptor: Descriptor?

    init(_ descriptor: consuming Descriptor) {
        self.descriptor = consume descriptor
    }

    /// Nil for none.
    convenience init?(_ descriptor: consuming Descriptor?) {
        guard let descriptor = consume descriptor else { return nil }
        self.init(descriptor)
    }

    /// Its number, while it has not been taken.
    var raw: Int32? {
        switch descriptor {
        case .some(let descriptor): descriptor.raw
        case .none: nil
        }
    }

    /// Traps when it has been taken before.
    func take() -> Descriptor {
        guard let taken = descriptor.take() else {
            preconditionFailure("a descriptor is taken once")
        }
        return taken
    }
}
