// One field of a header section, as both protocols carry it.

package struct HeaderField: Sendable, Equatable {
    /// Lower case (RFC 9113 section 8.2.1).
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    package init(_ name: String, _ value: String) {
        self.init(name: name, value: value)
    }
}
