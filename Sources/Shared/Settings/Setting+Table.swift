// The table of settings, the only place where settings are declared. Setting.swift says what
// derives from it; Settings.swift has the typed values.

extension Setting {
    /// Every setting, in the order in which help and documentation show them.
    package static let all: [Setting] = Name.allCases.map(Setting.named)

    /// The descriptor of one setting.
    package static func named(_ name: Name) -> Setting {
        switch name {
        case .listen, .httpRedirect, .acmeWebroot, .admin: address(name)
        case .adminActions, .control: operators(name)
        case .workers, .data: process(name)
        case .cert, .key, .corsOrigin, .exemptNetwork: access(name)
        case .trustedProxy, .proxyProtocol, .forwardedHeader, .publicOrigin: proxy(name)
        case .embedOrigin, .hsts: page(name)
        case .publish, .accounts, .signUp: account(name)
        case .signUpText, .siteName, .siteText, .siteAccent, .siteLogo: site(name)
        case .ringSize, .ringSeconds, .grace, .maxLag: stream(name)
        case .drainDelay, .drainTimeout, .stopTimeout, .logLevel, .logFormat, .accessLog:
            operation(name)
        }
    }

    private static func address(_ name: Name) -> Setting {
        switch name {
        case .listen:
            Setting(
                name: name, kind: .addresses, initial: .text(":8443"), placeholder: "ADDRESS:PORT",
                help: """
                    Where to accept connections: an IPv4 address (127.0.0.1:8443), an IPv6 address \
                    in brackets ([::1]:8443), localhost:PORT for both loopback addresses, or :PORT \
                    for every address of the machine, IPv4 and IPv6. May be given several times. \
                    Ignored when systemd passes the sockets.
                    """)
        case .httpRedirect:
            Setting(
                name: name, kind: .addressesOrOff, initial: .text("off"),
                placeholder: "ADDRESS:PORT",
                help: """
                    Where to answer plain HTTP with a redirect (308) to the same path on the first \
                    TLS port, and with nothing else but the challenges of --acme-webroot. Usually :80. \
                    Ignored when systemd passes the socket (weir-redirect.socket).
                    """)
        case .acmeWebroot:
            Setting(
                name: name, kind: .pathOrOff, initial: .text("off"), placeholder: "DIR",
                help: """
                    Directory that an ACME client uses as web root (certbot --webroot): its files in \
                    .well-known/acme-challenge are served on the addresses of --http-redirect, so \
                    that certificates are issued and renewed while Weir runs.
                    """)
        default:
            Setting(
                name: name, kind: .addressesOrOff, initial: .text("localhost:9443"),
                placeholder: "ADDRESS:PORT",
                help: """
                    Where to answer /healthz, /readyz and /metrics, in plain HTTP, for load \
                    balancers and monitoring, and where operators have their page. There is no \
                    password on it, so it belongs on a loopback address or a private network.
                    """)
        }
    }

    private static func operators(_ name: Name) -> Setting {
        switch name {
        case .adminActions:
            Setting(
                name: name, kind: .choice(AdminActions.allCases.map(\.rawValue)),
                initial: .text(AdminActions.auto.rawValue), placeholder: "MODE",
                help: """
                    Whether the operators' page can change something, such as end a broadcast: whoever \
                    reaches the admin listener can then do so. auto: if all its addresses are loopback \
                    addresses. on: always. off: never.
                    """)
        default:
            Setting(
                name: name, kind: .pathOrWord, initial: .text("auto"), placeholder: "PATH",
                help: """
                    The socket at which weir status, weir drain and the like find this server. Only \
                    root and the user that runs Weir may use it. auto: the file control in the \
                    folder that systemd has made for it (RUNTIME_DIRECTORY), else in the data \
                    directory. off: none.
                    """)
        }
    }

    private static func process(_ name: Name) -> Setting {
        switch name {
        case .workers:
            Setting(
                name: name, kind: .workers(1...Limits.workers), initial: .text("auto"),
                placeholder: "N",
                help: """
                    Worker processes. auto means one for each processor core that Weir may use.
                    """)
        default:
            Setting(
                name: name, kind: .path, initial: .text("data"), placeholder: "DIR",
                help: """
                    Directory for everything that Weir stores, created when it is missing. One \
                    running Weir per directory. Needs room for one ring per live stream.
                    """)
        }
    }

    private static func access(_ name: Name) -> Setting {
        switch name {
        case .cert:
            Setting(
                name: name, kind: .path,
                initial: .required(why: "Weir serves TLS only and needs a certificate"),
                placeholder: "FILE",
                help: "TLS certificate chain in PEM, the server's own certificate first.")
        case .key:
            Setting(
                name: name, kind: .path,
                initial: .required(why: "Weir serves TLS only and needs the certificate's key"),
                placeholder: "FILE",
                help: "Private key of the certificate in PEM, without a pass phrase.")
        case .exemptNetwork:
            Setting(
                name: name, kind: .networks, initial: .none, placeholder: "NETWORK",
                help: """
                    Network whose addresses each stand for many people, for example a campus \
                    behind one address: 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32. What one address \
                    may have of connections, viewers, sign-ins and the like does not hold for it; \
                    what the whole server may have does. May be given several times. For a proxy \
                    that can say who its clients are, use --trusted-proxy instead.
                    """)
        default:
            Setting(
                name: name, kind: .origins, initial: .none, placeholder: "ORIGIN",
                help: """
                    Web origin whose pages may publish and watch from a browser, for example \
                    https://localhost:8080. May be given several times. Pages that Weir serves \
                    itself need no entry.
                    """)
        }
    }

    private static func proxy(_ name: Name) -> Setting {
        switch name {
        case .trustedProxy:
            Setting(
                name: name, kind: .networks, initial: .none, placeholder: "NETWORK",
                help: """
                    Network of proxies in front of Weir that say who their clients are, for \
                    example 127.0.0.1 or 2001:db8::/64. What one client may have then holds for \
                    the address that they give. Whoever connects from there is believed, so name \
                    proxies only. May be given several times.
                    """)
        case .proxyProtocol:
            Setting(
                name: name, kind: .addressesOrOff, initial: .text("off"),
                placeholder: "ADDRESS:PORT",
                help: """
                    Those of the addresses in --listen and --http-redirect, or of the sockets that \
                    systemd passes, where each connection begins with a header of the PROXY protocol, version 1 \
                    or 2, from a trusted proxy. Connections from elsewhere, or that begin with \
                    anything else, are closed.
                    """)
        case .forwardedHeader:
            Setting(
                name: name,
                kind: .choice(ForwardedHeader.allCases.map(\.rawValue)),
                initial: .text(ForwardedHeader.xForwardedFor.rawValue), placeholder: "NAME",
                help: """
                    The field in which trusted proxies that speak HTTP name the client. \
                    x-forwarded-for: X-Forwarded-For, and X-Forwarded-Host for the host that the \
                    browser asked for. forwarded: Forwarded (RFC 7239). The proxy has to set or \
                    extend that field in every request; the other one is not looked at.
                    """)
        default:
            Setting(
                name: name, kind: .originOrOff, initial: .text("off"), placeholder: "ORIGIN",
                help: """
                    The origin by which browsers know this server, for example \
                    https://live.example.org, where a proxy changes the host of requests and \
                    does not send the original one along. Pages show it in addresses, only its \
                    pages may sign in, and --http-redirect leads there.
                    """)
        }
    }

    private static func page(_ name: Name) -> Setting {
        switch name {
        case .embedOrigin:
            Setting(
                name: name, kind: .originsOrAny, initial: .text("*"), placeholder: "ORIGIN",
                help: """
                    Web origin whose pages may show the player (/NAME/embed) in a frame, for \
                    example https://www.example.org. May be given several times; * stands for every \
                    origin. All other pages of Weir cannot be framed by anybody.
                    """)
        default:
            Setting(
                name: name, kind: .choice(TransportSecurityMode.allCases.map(\.rawValue)),
                initial: .text(TransportSecurityMode.auto.rawValue), placeholder: "MODE",
                help: """
                    Whether pages tell browsers to use nothing but https for this host from then \
                    on (Strict-Transport-Security), which holds for every port of the host. auto: \
                    only where the page is on port 443, the usual one. on: always. off: never.
                    """)
        }
    }

    private static func account(_ name: Name) -> Setting {
        switch name {
        case .publish:
            Setting(
                name: name, kind: .choice(PublishMode.allCases.map(\.rawValue)),
                initial: .text(PublishMode.account.rawValue), placeholder: "MODE",
                help: """
                    Who may publish. account: people who have an account, under its name. \
                    open: everybody who reaches the server, under any name, which suits trials on a \
                    private network only.
                    """)
        case .accounts:
            Setting(
                name: name, kind: .accounts, initial: .text("sqlite"), placeholder: "STORE",
                help: """
                    Where accounts are kept. sqlite: in the file accounts.sqlite in the data \
                    directory. sqlite:PATH: in that file. mongodb://... or mongodb+srv://...: in \
                    MongoDB, in the database that the URI names, else in the database weir. A URI \
                    with a password belongs in the environment or in the configuration file: who \
                    lists processes sees flags.
                    """)
        default:
            Setting(
                name: name, kind: .choice(SignUpMode.allCases.map(\.rawValue)),
                initial: .text(SignUpMode.open.rawValue), placeholder: "MODE",
                help: """
                    Who may make an account. open: everybody who reaches the server. closed: nobody but \
                    the operator, with weir user add.
                    """)
        }
    }

    private static func stream(_ name: Name) -> Setting {
        switch name {
        case .ringSize:
            Setting(
                name: name, kind: .bytes(Limits.ringBytes), initial: .text("32M"),
                placeholder: "BYTES",
                help: """
                    Media kept on disk for each live stream, in bytes, or with K, M or G for \
                    binary units (64M and 64MiB are the same). Rounded up to a power of two. At \
                    2.5 Mbit/s the default holds about 100 seconds.
                    """)
        case .ringSeconds:
            Setting(
                name: name, kind: .seconds(Limits.ringMs), initial: .text("60"),
                placeholder: "SECONDS",
                help: """
                    How far back a viewer may start (?start=-N) at most, in seconds; less when the \
                    ring size does not hold that much.
                    """)
        case .grace:
            Setting(
                name: name, kind: .seconds(Limits.graceMs), initial: .text("15"),
                placeholder: "SECONDS",
                help: """
                    How long viewers stay connected when a broadcaster is gone, in seconds. One \
                    that comes back in this time continues the stream.
                    """)
        default:
            Setting(
                name: name, kind: .seconds(Limits.maxLagMs), initial: .text("10"),
                placeholder: "SECONDS",
                help: """
                    A viewer who falls further behind the live edge than this, in seconds, skips \
                    ahead to it at the next key frame.
                    """)
        }
    }

    private static func operation(_ name: Name) -> Setting {
        switch name {
        case .drainDelay:
            Setting(
                name: name, kind: .seconds(Limits.drainDelayMs), initial: .text("0"),
                placeholder: "SECONDS",
                help: """
                    How long Weir goes on as before after SIGTERM, Ctrl-C or weir drain, in seconds, \
                    while /readyz says 503 already: long enough for a load balancer to notice, and to \
                    send new clients elsewhere.
                    """)
        case .drainTimeout:
            Setting(
                name: name, kind: .seconds(Limits.drainTimeoutMs), initial: .text("14400"),
                placeholder: "SECONDS",
                help: """
                    How long viewers and publishers may stay with a worker that a reload, an upgrade or \
                    weir drain has replaced, in seconds. Those who are still there after that are \
                    disconnected, and come back to a new worker.
                    """)
        case .stopTimeout:
            Setting(
                name: name, kind: .seconds(Limits.stopTimeoutMs), initial: .text("10"),
                placeholder: "SECONDS",
                help: """
                    How long connections may go on after SIGTERM or Ctrl-C, in seconds; then live \
                    responses are ended and Weir exits.
                    """)
        case .logLevel:
            Setting(
                name: name, kind: .choice(LogLevel.allCases.map(\.rawValue)),
                initial: .text(LogLevel.info.rawValue), placeholder: "LEVEL",
                help: "The least severe messages that are logged, from trace to critical.")
        case .accessLog:
            Setting(
                name: name, kind: .choice(AccessLogMode.allCases.map(\.rawValue)),
                initial: .text(AccessLogMode.off.rawValue), placeholder: "MODE",
                help: """
                    Whether each request is logged when it is over, whatever the log level: on or \
                    off. Such a line holds no query, no key, no cookie and no password.
                    """)
        default:
            Setting(
                name: name, kind: .choice(LogFormat.allCases.map(\.rawValue)),
                initial: .text(LogFormat.text.rawValue), placeholder: "FORMAT",
                help: "How log lines are written to standard error: for people, or JSON objects.")
        }
    }
}
