// The settings of one Weir, parsed and checked. All values in a `Settings` are in range; nobody
// checks them again. Immutable, shared freely between threads.

/// Everything an operator can choose, as typed values. Times are in milliseconds, sizes in bytes.
package struct Settings: Sendable, Equatable {
    /// Where to accept connections. At least one, no two the same.
    package let listen: [ListenAddress]
    /// Where plain HTTP is redirected. May be empty.
    package let httpRedirect: [ListenAddress]
    /// Where an ACME client puts its files; nil when there is none.
    package let acmeWebroot: String?
    /// Where operators ask how the server is. May be empty.
    package let admin: [ListenAddress]
    /// Whether the operators' page can change something.
    package let adminActions: AdminActions
    /// Where operators' commands find the server.
    package let control: ControlSetting
    /// Worker processes, 1 to `Limits.workers`.
    package let workers: Int
    /// Where everything is stored. Relative paths start at the working directory.
    package let dataDirectory: String
    /// The TLS certificate chain, PEM.
    package let certificateFile: String
    /// Its private key, PEM.
    package let keyFile: String
    /// Who may publish.
    package let publish: PublishMode
    /// Where accounts are kept.
    package let accounts: AccountsLocation
    /// Who may make an account.
    package let signUp: SignUpMode
    /// What is said to people who cannot sign up; empty for Weir's own words.
    package let signUpText: String
    /// What pages call this server.
    package let siteName: String
    /// A line or a paragraph for the first page; empty for none.
    package let siteText: String
    /// The colour of buttons and links, "#rrggbb"; nil for Weir's own.
    package let siteAccent: String?
    /// The file of the logo; nil for Weir's mark.
    package let siteLogo: String?
    /// Web origins that may use Weir from a browser, in the form browsers send them in `Origin`.
    package let corsOrigins: [String]
    /// Web origins whose pages may frame the player, in the same form; nil: every origin.
    package let embedOrigins: [String]?
    /// Whether pages bind browsers to https.
    package let hsts: TransportSecurityMode
    /// Networks whose addresses have no limits of their own.
    package let exemptNetworks: [NetworkRange]
    /// Networks of proxies that are believed when they say who their clients are.
    package let trustedProxies: [NetworkRange]
    /// Where connections begin with a header of the PROXY protocol. May be empty; each is an
    /// address of a listener for users, which is checked when those are known.
    package let proxyProtocol: [ListenAddress]
    /// The field in which trusted proxies name the client of a request.
    package let forwardedHeader: ForwardedHeader
    /// The origin by which browsers know this server, in the form browsers send; nil: what they
    /// ask for.
    package let publicOrigin: String?
    /// Media kept per stream: a power of two.
    package let ringBytes: Int
    /// How far back viewers may start at most.
    package let ringMs: UInt64
    /// How long viewers stay connected while a broadcaster is gone.
    package let graceMs: UInt64
    /// The durations that follow from the grace.
    package var broadcastTimes: BroadcastTimes { BroadcastTimes(graceMs: graceMs) }
    /// Viewers further behind than this skip ahead.
    package let maxLagMs: UInt64
    /// How long everything goes on after SIGTERM before connections are ended.
    package let drainDelayMs: UInt64
    /// How long connections may go on in a worker that has been replaced.
    package let drainTimeoutMs: UInt64
    /// How long connections may go on after SIGTERM.
    package let stopTimeoutMs: UInt64
    /// The least severe messages that are logged.
    package let logLevel: LogLevel
    /// How log lines are written.
    package let logFormat: LogFormat
    /// Whether there is a log line for each request.
    package let accessLog: AccessLogMode

    /// The raw values that took effect, defaults included, each with its source.
    package let effective: GivenSettings

    /// Parses and checks the given settings; defaults fill the rest.
    ///
    /// - Parameters:
    ///   - given: flags over environment over file.
    ///   - processors: how many processor cores this process may use, for `workers = auto`.
    package init(_ given: GivenSettings, processors: Int) throws(SettingsError) {
        let reader = SettingReader(given: given, processors: processors)
        listen = try reader.addresses(.listen)
        httpRedirect = try reader.addresses(.httpRedirect)
        acmeWebroot = try reader.optionalPath(.acmeWebroot)
        admin = try reader.addresses(.admin)
        adminActions = try reader.choice(.adminActions)
        control = try reader.control(.control)
        workers = try reader.workers(.workers)
        dataDirectory = try reader.path(.data)
        certificateFile = try reader.path(.cert)
        keyFile = try reader.path(.key)
        publish = try reader.choice(.publish)
        accounts = try reader.accounts(.accounts)
        signUp = try reader.choice(.signUp)
        signUpText = try reader.text(.signUpText)
        siteName = try reader.requiredText(.siteName)
        siteText = try reader.text(.siteText)
        siteAccent = try reader.color(.siteAccent)
        siteLogo = try reader.optionalPath(.siteLogo)
        corsOrigins = try reader.origins(.corsOrigin)
        embedOrigins = try reader.framingOrigins(.embedOrigin)
        hsts = try reader.choice(.hsts)
        exemptNetworks = try reader.networks(.exemptNetwork)
        trustedProxies = try reader.networks(.trustedProxy)
        proxyProtocol = try reader.addresses(.proxyProtocol)
        forwardedHeader = try reader.choice(.forwardedHeader)
        publicOrigin = try reader.secureOrigin(.publicOrigin)
        ringBytes = try reader.powerOfTwo(.ringSize)
        ringMs = try reader.milliseconds(.ringSeconds)
        graceMs = try reader.milliseconds(.grace)
        maxLagMs = try reader.milliseconds(.maxLag)
        drainDelayMs = try reader.milliseconds(.drainDelay)
        drainTimeoutMs = try reader.milliseconds(.drainTimeout)
        stopTimeoutMs = try reader.milliseconds(.stopTimeout)
        logLevel = try reader.choice(.logLevel)
        logFormat = try reader.choice(.logFormat)
        accessLog = try reader.choice(.accessLog)
        effective = try reader.effective()
        try checkAddressesDiffer()
        try checkChallengesCanBeAsked()
        try checkProxiesAreTrusted()
    }

    /// The same settings for a server that was handed sockets: these are the addresses that it has,
    /// whatever the settings asked for.
    package func listening(
        on addresses: [String], redirectingFrom plain: [String]
    ) throws(SettingsError) -> Settings {
        var given = effective
        given[.listen] = GivenSettings.Entry(texts: addresses, source: .environment)
        given[.httpRedirect] = GivenSettings.Entry(
            texts: plain.isEmpty ? ["off"] : plain, source: .environment)
        return try Settings(given, processors: workers)
    }

    private func checkAddressesDiffer() throws(SettingsError) {
        var seen = Set(listen.map(\.description))
        for (name, addresses) in [(Setting.Name.httpRedirect, httpRedirect), (.admin, admin)] {
            for address in addresses where !seen.insert(address.description).inserted {
                let source = effective[name]?.source ?? .initial
                throw SettingsError(
                    .named(name), from: source,
                    "\(address) is used for something else already; choose another port")
            }
        }
    }

    private func checkChallengesCanBeAsked() throws(SettingsError) {
        guard acmeWebroot != nil, httpRedirect.isEmpty else { return }
        let source = effective[.acmeWebroot]?.source ?? .initial
        throw SettingsError(
            .named(.acmeWebroot), from: source,
            "nobody could ask for its files, because there is no plain HTTP port; give it with "
                + "\(Setting.named(.httpRedirect).flag), usually :80")
    }

    private func checkProxiesAreTrusted() throws(SettingsError) {
        guard !proxyProtocol.isEmpty, trustedProxies.isEmpty else { return }
        let source = effective[.proxyProtocol]?.source ?? .initial
        throw SettingsError(
            .named(.proxyProtocol), from: source,
            "nobody could connect there, because no proxy is trusted; name it with "
                + Setting.named(.trustedProxy).flag)
    }

    /// Where the given settings keep accounts. For callers that need no other setting.
    package static func accounts(
        _ given: GivenSettings
    ) throws(SettingsError) -> AccountsLocation {
        try SettingReader(given: given, processors: 1).accounts(.accounts)
    }

    /// Whether somebody who reaches the admin listener may change something there.
    package var mayAdminAct: Bool {
        switch adminActions {
        case .on: true
        case .off: false
        case .auto: admin.allSatisfy(\.isLoopback)
        }
    }

    /// Where the given settings have the control socket, and the data. For commands that look for a
    /// running server.
    package static func controlPlace(
        _ given: GivenSettings
    ) throws(SettingsError) -> (control: ControlSetting, dataDirectory: String) {
        let reader = SettingReader(given: given, processors: 1)
        return (try reader.control(.control), try reader.path(.data))
    }

    /// Two settings are the same if their values are, whatever their sources.
    package static func == (left: Settings, right: Settings) -> Bool {
        left.encoded() == right.encoded()
    }

    /// The value that took effect for one setting, as text that parses to the same value. "auto"
    /// and the like are resolved.
    package func texts(_ name: Setting.Name) -> [String] {
        switch name {
        case .workers: ["\(workers)"]
        case .ringSize: [ByteSize.text(ringBytes)]
        case .corsOrigin: corsOrigins
        case .embedOrigin: embedOrigins ?? ["*"]
        case .exemptNetwork: exemptNetworks.map(\.description)
        case .trustedProxy: trustedProxies.map(\.description)
        case .publicOrigin: [publicOrigin ?? "off"]
        case .ringSeconds: [Seconds.text(ms: ringMs)]
        case .grace: [Seconds.text(ms: graceMs)]
        case .maxLag: [Seconds.text(ms: maxLagMs)]
        case .drainDelay: [Seconds.text(ms: drainDelayMs)]
        case .drainTimeout: [Seconds.text(ms: drainTimeoutMs)]
        case .stopTimeout: [Seconds.text(ms: stopTimeoutMs)]
        default: effective[name]?.texts ?? []
        }
    }
}
