// Where players of DASH read the server's clock.

package struct UTCTiming: Sendable, Equatable {
    package var scheme: String
    package var value: String

    package init(scheme: String, value: String) {
        self.scheme = scheme
        self.value = value
    }

    /// An address that answers with the time as ISO 8601 writes it.
    package static func iso(at address: String) -> UTCTiming {
        UTCTiming(scheme: "urn:mpeg:dash:utc:http-iso:2014", value: address)
    }

    func write(to text: inout XMLText) {
        text.element("UTCTiming") {
            $0.attribute("schemeIdUri", scheme)
            $0.attribute("value", value)
        }
    }
}
