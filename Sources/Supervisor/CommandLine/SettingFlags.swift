// The flags that `serve` and `check-config` share. Names and help texts come from the table of
// settings. Values stay texts here, because they are parsed once for all sources (see Settings).

import ArgumentParser
import LinuxIO
import Settings

struct SettingFlags: ParsableArguments {
    static let discussion = """
        Every flag can also be given as an environment variable or in the configuration file \
        (TOML, the flag's name without the dashes as key). A flag wins over the environment, the \
        environment over the file, the file over the default.
        """

    @Option(name: flag(.listen), help: help(.listen)) var listen: [String] = []
    @Option(name: flag(.httpRedirect), help: help(.httpRedirect)) var httpRedirect: [String] = []
    @Option(name: flag(.acmeWebroot), help: help(.acmeWebroot)) var acmeWebroot: String?
    @Option(name: flag(.admin), help: help(.admin)) var admin: [String] = []
    @Option(name: flag(.adminActions), help: help(.adminActions)) var adminActions: String?
    @Option(name: flag(.control), help: help(.control)) var control: String?
    @Option(name: flag(.workers), help: help(.workers)) var workers: String?
    @Option(name: flag(.data), help: help(.data)) var data: String?
    @Option(name: flag(.cert), help: help(.cert)) var cert: String?
    @Option(name: flag(.key), help: help(.key)) var key: String?
    @Option(name: flag(.publish), help: help(.publish)) var publish: String?
    @Option(name: flag(.accounts), help: help(.accounts)) var accounts: String?
    @Option(name: flag(.signUp), help: help(.signUp)) var signUp: String?
    @Option(name: flag(.signUpText), help: help(.signUpText)) var signUpText: String?
    @Option(name: flag(.siteName), help: help(.siteName)) var siteName: String?
    @Option(name: flag(.siteText), help: help(.siteText)) var siteText: String?
    @Option(name: flag(.siteAccent), help: help(.siteAccent)) var siteAccent: String?
    @Option(name: flag(.siteLogo), help: help(.siteLogo)) var siteLogo: String?
    @Option(name: flag(.corsOrigin), help: help(.corsOrigin)) var corsOrigin: [String] = []
    @Option(name: flag(.embedOrigin), help: help(.embedOrigin)) var embedOrigin: [String] = []
    @Option(name: flag(.hsts), help: help(.hsts)) var hsts: String?
    @Option(name: flag(.exemptNetwork), help: help(.exemptNetwork))
    var exemptNetwork: [String] = []
    @Option(name: flag(.trustedProxy), help: help(.trustedProxy))
    var trustedProxy: [String] = []
    @Option(name: flag(.proxyProtocol), help: help(.proxyProtocol))
    var proxyProtocol: [String] = []
    @Option(name: flag(.forwardedHeader), help: help(.forwardedHeader))
    var forwardedHeader: String?
    @Option(name: flag(.publicOrigin), help: help(.publicOrigin)) var publicOrigin: String?
    @Option(name: flag(.ringSize), help: help(.ringSize)) var ringSize: String?
    @Option(name: flag(.ringSeconds), help: help(.ringSeconds)) var ringSeconds: String?
    @Option(name: flag(.grace), help: help(.grace)) var grace: String?
    @Option(name: flag(.maxLag), help: help(.maxLag)) var maxLag: String?
    @Option(name: flag(.drainDelay), help: help(.drainDelay)) var drainDelay: String?
    @Option(name: flag(.drainTimeout), help: help(.drainTimeout)) var drainTimeout: String?
    @Option(name: flag(.stopTimeout), help: help(.stopTimeout)) var stopTimeout: String?
    @Option(name: flag(.logLevel), help: help(.logLevel)) var logLevel: String?
    @Option(name: flag(.logFormat), help: help(.logFormat)) var logFormat: String?
    @Option(name: flag(.accessLog), help: help(.accessLog)) var accessLog: String?

    @Option(name: configFlag, help: configHelp) var config: String?

    /// The settings that result from these flags, the environment and the configuration file.
    func settings(of reader: Reader) throws -> Settings {
        try Settings(
            Self.complete(given(), config: config, of: reader),
            processors: ThisProcess.usableProcessors())
    }

    /// Who reads settings.
    enum Reader {
        /// It has the environment that its unit gives it.
        case server
        /// It is somebody's, and looks for what the unit gives the service.
        case command
    }

    /// What was given as flags, with the environment and the configuration file below it.
    static func complete(
        _ flags: GivenSettings, config: String?, of reader: Reader
    ) throws -> GivenSettings {
        let given = flags.over(.environment(Environment.value))
        guard let path = configurationPath(config) else { return given }
        let runtime = Environment.value(ControlPlace.runtimeVariable)
        let isService =
            reader == .command && ServiceFiles.isConfiguration(path)
            && !ServiceFiles.isWithinService(runtimeDirectory: runtime)
        let below = isService ? try ServiceFiles.environmentSettings() : GivenSettings()
        return given.over(below).over(try file(path))
    }

    /// The configuration file that a flag names, else the environment; nil: there is none.
    static func configurationPath(_ flag: String?) -> String? {
        let path = flag ?? Environment.value(Environment.configName)
        return path?.isEmpty == false ? path : nil
    }

    /// The settings of a configuration file.
    /// - Parameter names: those that are wanted; nil: all.
    static func file(_ path: String, only names: [Setting.Name]? = nil) throws -> GivenSettings {
        let bytes = try SmallFile.contents(
            path, what: "configuration file", limitBytes: Limits.configurationFileBytes)
        return try ConfigurationFile.parse(bytes, path: path, only: names)
    }

    /// What was given as flags.
    func given() -> GivenSettings {
        var result = GivenSettings()
        for name in Setting.Name.allCases {
            let texts = texts(name)
            if !texts.isEmpty {
                result[name] = GivenSettings.Entry(texts: texts, source: .flag)
            }
        }
        return result
    }

    private func texts(_ name: Setting.Name) -> [String] {
        switch name {
        case .listen: listen
        case .httpRedirect: httpRedirect
        case .acmeWebroot: one(acmeWebroot)
        case .admin: admin
        case .adminActions: one(adminActions)
        case .control: one(control)
        case .workers: one(workers)
        case .data: one(data)
        case .cert: one(cert)
        case .key: one(key)
        case .publish: one(publish)
        case .accounts: one(accounts)
        case .signUp: one(signUp)
        case .signUpText: one(signUpText)
        case .siteName: one(siteName)
        case .siteText: one(siteText)
        case .siteAccent: one(siteAccent)
        case .siteLogo: one(siteLogo)
        case .corsOrigin: corsOrigin
        case .embedOrigin: embedOrigin
        case .hsts: one(hsts)
        case .exemptNetwork: exemptNetwork
        case .trustedProxy: trustedProxy
        case .proxyProtocol: proxyProtocol
        case .forwardedHeader: one(forwardedHeader)
        case .publicOrigin: one(publicOrigin)
        case .ringSize: one(ringSize)
        case .ringSeconds: one(ringSeconds)
        case .grace: one(grace)
        case .maxLag: one(maxLag)
        case .drainDelay: one(drainDelay)
        case .drainTimeout: one(drainTimeout)
        case .stopTimeout: one(stopTimeout)
        case .logLevel: one(logLevel)
        case .logFormat: one(logFormat)
        case .accessLog: one(accessLog)
        }
    }

    private func one(_ text: String?) -> [String] { text.map { [$0] } ?? [] }

    static let configFlag = NameSpecification.customLong("config")
    static let configHelp = ArgumentHelp(
        "Configuration file. [default: none; environment: \(Environment.configName)]",
        valueName: "FILE")

    static func flag(_ name: Setting.Name) -> NameSpecification {
        .customLong(name.rawValue)
    }

    static func help(_ name: Setting.Name) -> ArgumentHelp {
        let setting = Setting.named(name)
        return ArgumentHelp(
            """
            \(setting.help) [values: \(setting.valuesText); default: \(setting.defaultText); \
            environment: \(setting.environmentName)]
            """, valueName: setting.placeholder)
    }
}
