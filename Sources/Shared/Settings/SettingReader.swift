// From raw texts to checked values: one method for each kind of setting. Pure.

/// Reads typed values out of given settings, and uses defaults where a setting is missing.
struct SettingReader {
    let given: GivenSettings
    let processors: Int

    struct Raw {
        let setting: Setting
        let texts: [String]
        let source: SettingSource

        func error(_ problem: String) -> SettingsError {
            SettingsError(setting, from: source, problem)
        }
    }

    func raw(_ name: Setting.Name) throws(SettingsError) -> Raw {
        let setting = Setting.named(name)
        if let entry = given[name] {
            let raw = Raw(setting: setting, texts: entry.texts, source: entry.source)
            // Text that passes here can be written to a line of text and to a terminal.
            for text in entry.texts where text.utf8.contains(where: { $0 < 32 || $0 == 127 }) {
                let value = raw.setting.mayBeSecret ? "the value" : Quoted.text(text)
                throw raw.error("\(value) contains a control character; remove it")
            }
            return raw
        }
        switch setting.initial {
        case .text(let text): return Raw(setting: setting, texts: [text], source: .initial)
        case .none: return Raw(setting: setting, texts: [], source: .initial)
        case .required(let why):
            throw SettingsError(
                "\(name.rawValue) is not set: \(why); use \(setting.flag) \(setting.placeholder), "
                    + "\(setting.environmentName) or \(name.rawValue) in the configuration file")
        }
    }

    func single(_ raw: Raw) throws(SettingsError) -> String {
        guard raw.texts.count == 1 else {
            throw raw.error("takes one value, but got \(raw.texts.count); give one")
        }
        return raw.texts[0]
    }

    func effective() throws(SettingsError) -> GivenSettings {
        var result = GivenSettings()
        for name in Setting.Name.allCases {
            let raw = try raw(name)
            result[name] = GivenSettings.Entry(texts: raw.texts, source: raw.source)
        }
        return result
    }

    // MARK: Kinds

    func addresses(_ name: Setting.Name) throws(SettingsError) -> [ListenAddress] {
        let raw = try raw(name)
        if case .addressesOrOff = raw.setting.kind, raw.texts == ["off"] { return [] }
        var result: [ListenAddress] = []
        for text in raw.texts {
            guard let addresses = ListenAddress.parse(text) else {
                throw raw.error(
                    "\(Quoted.text(text)) is no address to listen on; "
                        + "give for example 127.0.0.1:8443, [::1]:8443, localhost:8443 or :8443")
            }
            for address in addresses {
                guard !result.contains(where: { $0.description == address.description }) else {
                    throw raw.error("\(address) is listed twice; remove one")
                }
                result.append(address)
            }
        }
        guard !result.isEmpty else { throw raw.error("is empty; give at least one ADDRESS:PORT") }
        guard result.count <= Limits.listeners else {
            throw raw.error("\(result.count) addresses; at most \(Limits.listeners) are possible")
        }
        return result
    }

    func origins(_ name: Setting.Name) throws(SettingsError) -> [String] {
        let raw = try raw(name)
        var result: [String] = []
        for text in raw.texts {
            guard let origin = WebOrigin.parse(text) else {
                throw raw.error(
                    "\(Quoted.text(text)) is no web origin; give scheme, host and port without a "
                        + "path, for example https://localhost:8080")
            }
            if !result.contains(origin) { result.append(origin) }
        }
        guard result.count <= Limits.corsOrigins else {
            throw raw.error("\(result.count) origins; at most \(Limits.corsOrigins) are possible")
        }
        return result
    }

    /// Origins for a Content Security Policy, which cannot name an IPv6 address (CSP Level 3, section
    /// 2.3.1); nil: every origin.
    func framingOrigins(_ name: Setting.Name) throws(SettingsError) -> [String]? {
        let raw = try raw(name)
        if raw.texts == ["*"] { return nil }
        guard !raw.texts.contains("*") else {
            throw raw.error("* stands for every origin; give it alone, or leave it out")
        }
        guard !raw.texts.isEmpty else { throw raw.error("is empty; give an origin, or *") }
        let origins = try origins(name)
        if let origin = origins.first(where: { $0.contains("[") }) {
            throw raw.error(
                "\(origin) is an IPv6 address, which browsers do not take here; give a host name")
        }
        return origins
    }

    /// One https origin; nil for "off".
    func secureOrigin(_ name: Setting.Name) throws(SettingsError) -> String? {
        let raw = try raw(name)
        let text = try single(raw)
        if text == "off" { return nil }
        guard let origin = WebOrigin.parse(text), origin.hasPrefix("https://") else {
            throw raw.error(
                "\(Quoted.text(text)) is no origin of https; give scheme, host and port without a "
                    + "path, for example https://live.example.org")
        }
        return origin
    }

    func networks(_ name: Setting.Name) throws(SettingsError) -> [NetworkRange] {
        let raw = try raw(name)
        var result: [NetworkRange] = []
        for text in raw.texts {
            guard let network = NetworkRange.parse(text) else {
                throw raw.error(
                    "\(Quoted.text(text)) is no network; give an address, or an address and how "
                        + "many bits of it count, for example 192.0.2.0/24 or 2001:db8::/32")
            }
            if !result.contains(network) { result.append(network) }
        }
        guard result.count <= Limits.exemptNetworks else {
            throw raw.error(
                "\(result.count) networks; at most \(Limits.exemptNetworks) are possible")
        }
        return result
    }

    func path(_ name: Setting.Name) throws(SettingsError) -> String {
        let raw = try raw(name)
        let path = try single(raw)
        guard !path.isEmpty else { throw raw.error("is empty; give a path") }
        guard path.utf8.count <= Limits.pathBytes else {
            throw raw.error("the path is longer than \(Limits.pathBytes) bytes; shorten it")
        }
        return path
    }

    /// Nil for "off".
    func optionalPath(_ name: Setting.Name) throws(SettingsError) -> String? {
        let path = try path(name)
        return path == "off" ? nil : path
    }

    func control(_ name: Setting.Name) throws(SettingsError) -> ControlSetting {
        switch try path(name) {
        case "auto": .automatic
        case "off": .off
        case let path: .path(path)
        }
    }

    func accounts(_ name: Setting.Name) throws(SettingsError) -> AccountsLocation {
        let raw = try raw(name)
        let text = try single(raw)
        let dataDirectory = try path(.data)
        do throws(AccountsLocation.Fault) {
            return try AccountsLocation.parse(text, dataDirectory: dataDirectory)
        } catch {
            throw raw.error(error.text)
        }
    }

    func workers(_ name: Setting.Name) throws(SettingsError) -> Int {
        let raw = try raw(name)
        let text = try single(raw)
        if text == "auto" { return min(max(processors, 1), Limits.workers) }
        guard text.count <= 9, text.allSatisfy({ $0.isASCII && $0.isNumber }),
            let count = Int(text), (1...Limits.workers).contains(count)
        else {
            throw raw.error(
                "\(Quoted.text(text)) is no number of workers; give auto or 1 to \(Limits.workers)")
        }
        return count
    }

    /// A size, rounded up to a power of two.
    func powerOfTwo(_ name: Setting.Name) throws(SettingsError) -> Int {
        let raw = try raw(name)
        let text = try single(raw)
        guard case .bytes(let range) = raw.setting.kind else { preconditionFailure("\(name)") }
        guard let bytes = ByteSize.parse(text) else {
            throw raw.error(
                "\(Quoted.text(text)) is no size; give bytes, or a number with K, M or G, "
                    + "for example 64M")
        }
        guard range.contains(bytes) else {
            throw raw.error(
                "\(Quoted.text(text)) is out of range; give \(raw.setting.valuesText)")
        }
        return 1 << (Int.bitWidth - (bytes - 1).leadingZeroBitCount)
    }

    func milliseconds(_ name: Setting.Name) throws(SettingsError) -> UInt64 {
        let raw = try raw(name)
        let text = try single(raw)
        guard case .seconds(let range) = raw.setting.kind else { preconditionFailure("\(name)") }
        guard let ms = Seconds.parseMs(text) else {
            throw raw.error(
                "\(Quoted.text(text)) is no number of seconds; give for example 15 or 1.5")
        }
        guard range.contains(ms) else {
            throw raw.error(
                "\(Quoted.text(text)) is out of range; give \(raw.setting.valuesText)")
        }
        return ms
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: Setting.Name
    ) throws(SettingsError) -> Choice where Choice.RawValue == String {
        let raw = try raw(name)
        let text = try single(raw)
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue)
            let hint = Similarity.nearest(to: text, among: words).map { " (did you mean \($0)?)" }
            throw raw.error(
                "\(Quoted.text(text)) is not known\(hint ?? ""); "
                    + "give one of \(words.joined(separator: ", "))")
        }
        return choice
    }
}
