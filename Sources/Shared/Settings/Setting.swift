// What one setting is: its name, the kind of value it takes, its default and its explanation. The
// table of all of them is in Setting+Table.swift. Flag, environment variable, key in the
// configuration file, help text, reference documentation and validation all derive from it.

/// One setting that an operator may give.
package struct Setting: Sendable {
    /// The settings by name. The raw value is the key in the configuration file.
    package enum Name: String, CaseIterable, Sendable {
        case listen
        case httpRedirect = "http-redirect"
        case acmeWebroot = "acme-webroot"
        case admin
        case adminActions = "admin-actions"
        case control
        case workers
        case data
        case cert
        case key
        case publish
        case accounts
        case signUp = "signup"
        case signUpText = "signup-text"
        case siteName = "site-name"
        case siteText = "site-text"
        case siteAccent = "site-accent"
        case siteLogo = "site-logo"
        case corsOrigin = "cors-origin"
        case embedOrigin = "embed-origin"
        case hsts
        case exemptNetwork = "exempt-network"
        case trustedProxy = "trusted-proxy"
        case proxyProtocol = "proxy-protocol"
        case forwardedHeader = "forwarded-header"
        case publicOrigin = "public-origin"
        case ringSize = "ring-size"
        case ringSeconds = "ring-seconds"
        case grace
        case maxLag = "max-lag"
        case drainDelay = "drain-delay"
        case drainTimeout = "drain-timeout"
        case stopTimeout = "stop-timeout"
        case logLevel = "log-level"
        case logFormat = "log-format"
        case accessLog = "access-log"
    }

    /// What a value may be. Ranges are inclusive.
    package enum Kind: Sendable {
        /// A listening address (ADDRESS:PORT); may be given several times.
        case addresses
        /// The same, or "off" for none.
        case addressesOrOff
        /// An origin (scheme://host[:port]); may be given several times.
        case origins
        /// The same, or "*" for every origin.
        case originsOrAny
        /// One origin, or "off" for none.
        case originOrOff
        /// A network (ADDRESS/BITS); may be given several times.
        case networks
        /// Where accounts are kept. Such a value may hold a password.
        case accounts
        /// A path; relative ones start at the working directory.
        case path
        /// The same, or "off" for none.
        case pathOrOff
        /// The same, or "auto" for a place that follows from others, or "off" for none.
        case pathOrWord
        /// A whole number, or "auto" for one per processor core.
        case workers(ClosedRange<Int>)
        /// A number of bytes, with an optional binary unit.
        case bytes(ClosedRange<Int>)
        /// A number of seconds with at most three decimals. The range is in milliseconds.
        case seconds(ClosedRange<UInt64>)
        /// Words for people: one paragraph with at most so many characters.
        case text(most: Int)
        /// A colour (#rrggbb), or "off" for none.
        case colorOrOff
        /// One of these words.
        case choice([String])
    }

    /// The value if the setting is not given.
    package enum Default: Sendable {
        case text(String)
        /// An empty list.
        case none
        /// The operator has to choose. `why` completes the sentence "cert is not set: ...".
        case required(why: String)
    }

    package let name: Name
    package let kind: Kind
    package let initial: Default
    /// The value's name in usage lines, for example "BYTES".
    package let placeholder: String
    /// One paragraph: what it does, in which unit, and why to change it. The default is not part of
    /// it.
    package let help: String

    /// The command line flag, for example "--ring-size".
    package var flag: String { "--\(name.rawValue)" }

    /// The environment variable, for example "WEIR_RING_SIZE".
    package var environmentName: String {
        "WEIR_"
            + String(
                decoding: name.rawValue.utf8.map { byte in
                    switch byte {
                    case UInt8(ascii: "-"): UInt8(ascii: "_")
                    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
                    default: byte
                    }
                }, as: UTF8.self)
    }

    /// Whether several values may be given: repeated flags, a comma-separated environment variable,
    /// an array in the file.
    package var isList: Bool {
        switch kind {
        case .addresses, .addressesOrOff, .origins, .originsOrAny, .networks: true
        case .originOrOff, .accounts, .path, .pathOrOff, .pathOrWord, .workers, .bytes, .seconds,
            .text, .colorOrOff, .choice:
            false
        }
    }

    /// Whether a value may hold a password, so that no message repeats it.
    package var mayBeSecret: Bool {
        if case .accounts = kind { true } else { false }
    }

    /// Whether a change takes a restart of Weir, because a reload keeps what it is about: the open
    /// listeners, and the directory that is locked.
    package var needsRestart: Bool {
        switch name {
        case .listen, .httpRedirect, .admin, .control, .proxyProtocol, .data: true
        default: false
        }
    }

    /// The default as the documentation shows it.
    package var defaultText: String {
        switch initial {
        case .text(let text): text
        case .none: "none"
        case .required: "none, required"
        }
    }

    /// What values are taken, as help and documentation show it.
    package var valuesText: String {
        switch kind {
        case .addresses: "ADDRESS:PORT, several"
        case .addressesOrOff: "ADDRESS:PORT, several, or off"
        case .origins: "scheme://host[:port], several"
        case .originsOrAny: "scheme://host[:port], several, or *"
        case .originOrOff: "https://host[:port], or off"
        case .networks: "ADDRESS/BITS, several"
        case .accounts: "sqlite, sqlite:PATH, mongodb://..., mongodb+srv://..."
        case .path: "path"
        case .pathOrOff: "path, or off"
        case .pathOrWord: "auto, off, or a path"
        case .workers(let range): "auto, or \(range.lowerBound) to \(range.upperBound)"
        case .bytes(let range):
            "\(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound))"
        case .seconds(let range):
            "\(Seconds.text(ms: range.lowerBound)) to \(Seconds.text(ms: range.upperBound)) seconds"
        case .text(let most): "text of at most \(most) characters"
        case .colorOrOff: "#rrggbb, or off"
        case .choice(let words): words.joined(separator: ", ")
        }
    }
}
