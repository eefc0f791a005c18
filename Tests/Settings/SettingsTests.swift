// From given texts to settings: defaults, precedence, ranges, messages, and the way to a worker.

import Testing

@testable import Settings

/// The least that has to be given, and more on top.
private func given(
    _ more: [Setting.Name: [String]] = [:], from source: SettingSource = .flag
) -> GivenSettings {
    var given = GivenSettings()
    let least: [Setting.Name: [String]] = [
        .cert: ["c.pem"], .key: ["k.pem"],
    ]
    for (name, texts) in least.merging(more, uniquingKeysWith: { _, new in new }) {
        given[name] = GivenSettings.Entry(texts: texts, source: source)
    }
    return given
}

private func message(_ given: GivenSettings) -> String? {
    do {
        _ = try Settings(given, processors: 4)
        return nil
    } catch {
        return error.description
    }
}

struct SettingsTests {
    @Test("what is not given has its default")
    func defaults() throws {
        let settings = try Settings(given(), processors: 3)
        #expect(settings.listen.map(\.description) == ["0.0.0.0:8443", "[::]:8443"])
        #expect(settings.workers == 3)
        #expect(settings.dataDirectory == "data")
        #expect(settings.publish == .account)
        #expect(settings.accounts == .sqlite(path: "data/accounts.sqlite"))
        #expect(settings.signUp == .open)
        #expect(settings.corsOrigins == [])
        #expect(settings.embedOrigins == nil)
        #expect(settings.hsts == .auto)
        #expect(settings.ringBytes == 32 * 1024 * 1024)
        #expect(settings.ringMs == 60_000)
        #expect(settings.graceMs == 15_000)
        #expect(settings.maxLagMs == 10_000)
        #expect(settings.stopTimeoutMs == 10_000)
        #expect(settings.logLevel == .info)
        #expect(settings.logFormat == .text)
    }

    @Test("a flag wins over the environment, that over the file, and that over the default")
    func precedence() throws {
        let environment = GivenSettings.environment { name in
            ["WEIR_GRACE": "2", "WEIR_MAX_LAG": "2"][name]
        }
        let file = try ConfigurationFile.parse(
            Array("grace = 3\nmax-lag = 3\nring-seconds = 33".utf8), path: "weir.toml")
        let all = given([.grace: ["1"]]).over(environment).over(file)
        let settings = try Settings(all, processors: 1)
        #expect(settings.graceMs == 1_000)
        #expect(settings.maxLagMs == 2_000)
        #expect(settings.ringMs == 33_000)
        #expect(settings.stopTimeoutMs == 10_000)
        #expect(settings.effective[.grace]?.source == .flag)
        #expect(settings.effective[.maxLag]?.source == .environment)
        #expect(settings.effective[.ringSeconds]?.source == .file(path: "weir.toml", line: 3))
        #expect(settings.effective[.stopTimeout]?.source == .initial)
    }

    @Test("every setting has its own flag and its own environment variable")
    func names() {
        #expect(Set(Setting.all.map(\.flag)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.environmentName)).count == Setting.all.count)
        #expect(Setting.named(.ringSize).flag == "--ring-size")
        #expect(Setting.named(.ringSize).environmentName == "WEIR_RING_SIZE")
        #expect(Setting.all.map(\.name) == Setting.Name.allCases)
    }

    @Test("a list in the environment is separated by commas")
    func environmentList() throws {
        let environment = GivenSettings.environment { name in
            name == "WEIR_LISTEN" ? "127.0.0.1:1, [::1]:2," : nil
        }
        #expect(environment[.listen]?.texts == ["127.0.0.1:1", "[::1]:2"])
    }

    @Test("an empty environment variable counts as not set")
    func emptyVariable() {
        #expect(GivenSettings.environment { _ in "" } == GivenSettings())
    }

    @Test("a ring's size is rounded up to a power of two")
    func ringSize() throws {
        #expect(try Settings(given([.ringSize: ["33M"]]), processors: 1).ringBytes == 64 << 20)
        #expect(try Settings(given([.ringSize: ["1M"]]), processors: 1).ringBytes == 1 << 20)
        #expect(try Settings(given([.ringSize: ["4G"]]), processors: 1).ringBytes == 4 << 30)
    }

    @Test("more cores than workers are possible give the most workers that are")
    func manyCores() throws {
        #expect(try Settings(given(), processors: 1_000).workers == Limits.workers)
    }

    @Test("settings reach a worker unchanged")
    func encoding() throws {
        let settings = try Settings(
            given([
                .listen: ["localhost:8443", "192.0.2.1:443"], .data: ["/var/lib/we=ir ü"],
                .corsOrigin: ["https://a.example", "https://b.example:1"], .grace: ["0.5"],
                .embedOrigin: ["HTTPS://C.example:443", "http://127.0.0.2:8080"], .hsts: ["on"],
                .ringSize: ["1500000"], .logFormat: ["json"], .logLevel: ["debug"],
                .accounts: ["mongodb://u:p=%20@h/d?a=b"], .signUp: ["closed"],
                .trustedProxy: ["10.0.0.0/8", "::1"], .proxyProtocol: ["localhost:8443"],
                .forwardedHeader: ["forwarded"], .publicOrigin: ["https://Live.example:443"],
            ]), processors: 5)
        let inherited = try Settings(encoded: settings.encoded())
        #expect(inherited == settings)
        #expect(inherited.listen == settings.listen)
        #expect(inherited.workers == 5)
        #expect(inherited.dataDirectory == "/var/lib/we=ir ü")
        #expect(inherited.corsOrigins == ["https://a.example", "https://b.example:1"])
        #expect(inherited.embedOrigins == ["https://c.example", "http://127.0.0.2:8080"])
        #expect(inherited.hsts == .on)
        #expect(inherited.graceMs == 500)
        #expect(inherited.ringBytes == 2 << 20)
        #expect(inherited.logFormat == .json)
        #expect(inherited.accounts == .mongodb(uri: "mongodb://u:p=%20@h/d?a=b"))
        #expect(inherited.signUp == .closed)
        #expect(inherited.trustedProxies.map(\.description) == ["10.0.0.0/8", "::1/128"])
        #expect(inherited.proxyProtocol.map(\.description) == ["127.0.0.1:8443", "[::1]:8443"])
        #expect(inherited.forwardedHeader == .forwarded)
        #expect(inherited.publicOrigin == "https://live.example")
    }

    @Test("a listener for proxies needs one that is trusted, and an origin has to be one of https")
    func proxies() throws {
        #expect(throws: SettingsError.self) {
            try Settings(given([.proxyProtocol: ["127.0.0.1:8443"]]), processors: 1)
        }
        for text in ["http://live.example", "live.example", "https://live.example/x", "*", ""] {
            #expect(throws: SettingsError.self) {
                try Settings(given([.publicOrigin: [text]]), processors: 1)
            }
        }
        let settings = try Settings(given(), processors: 1)
        #expect(settings.publicOrigin == nil && settings.proxyProtocol.isEmpty)
    }

    @Test("sockets that were handed over listen where they listen")
    func handedOver() throws {
        let settings = try Settings(
            given([.listen: ["127.0.0.1:1"], .grace: ["3"]]), processors: 5)
        let moved = try settings.listening(
            on: ["0.0.0.0:443", "[::]:443"], redirectingFrom: ["0.0.0.0:80"])
        #expect(moved.listen.map(\.port) == [443, 443])
        #expect(moved.httpRedirect.map(\.port) == [80])
        #expect(moved.graceMs == 3_000)
        #expect(moved.workers == settings.workers)
    }

    @Test(
        "settings of another build are refused",
        arguments: ["", "weir settings 0\n", "weir settings 1\n", "weir settings 1\nnew=1\n"])
    func otherBuild(text: String) {
        #expect(throws: SettingsError.self) { try Settings(encoded: Array(text.utf8)) }
    }
}

struct SettingsErrorTests {
    @Test(
        "a required setting that is missing is named, with every way to give it",
        arguments: [Setting.Name.cert, .key])
    func missing(name: Setting.Name) throws {
        var incomplete = given()
        incomplete[name] = nil
        let text = try #require(message(incomplete))
        let setting = Setting.named(name)
        #expect(text.hasPrefix("\(name.rawValue) is not set"))
        #expect(text.contains(setting.flag))
        #expect(text.contains(setting.environmentName))
    }

    @Test(
        "an error starts with where the value came from",
        arguments: [
            (SettingSource.flag, "--grace: "), (.environment, "WEIR_GRACE: "),
            (.file(path: "/etc/weir.toml", line: 7), "/etc/weir.toml:7: grace: "),
        ])
    func source(source: SettingSource, prefix: String) throws {
        var wrong = given()
        wrong[.grace] = GivenSettings.Entry(texts: ["soon"], source: source)
        let text = try #require(message(wrong))
        #expect(text.hasPrefix(prefix + "\"soon\" is no number of seconds; give "))
    }

    @Test(
        "values out of range are refused with the range",
        arguments: [
            (Setting.Name.ringSize, "1M to 4G", ["1023K", "5G", "0"]),
            (.ringSeconds, "5 to 3600 seconds", ["0", "4.999", "3600.001"]),
            (.grace, "0 to 3600 seconds", ["3601"]),
            (.maxLag, "1 to 600 seconds", ["0", "601"]),
            (.drainTimeout, "0 to 604800 seconds", ["604801"]),
            (.stopTimeout, "0 to 3600 seconds", ["4000"]),
            (.workers, "1 to 64", ["0", "65", "-1", "many", "1.5"]),
        ])
    func range(name: Setting.Name, range: String, texts: [String]) throws {
        for wrong in texts {
            let text = try #require(message(given([name: [wrong]])))
            #expect(text.contains(range))
        }
    }

    @Test("a misspelt word brings the nearest one")
    func misspelt() throws {
        #expect(message(given([.logFormat: ["jsno"]]))?.contains("did you mean json?") == true)
        #expect(message(given([.logFormat: ["zzzzzz"]]))?.contains("did you mean") == false)
    }

    @Test(
        "an origin that may frame the player is one that browsers can compare",
        arguments: [
            (["*", "https://a.example"], "give it alone"), ([], "is empty"),
            (["https://[2001:db8::1]:8443"], "give a host name"), (["a.example"], "no web origin"),
            (["https://a.example; script-src *"], "no web origin"), (["'self'"], "no web origin"),
        ])
    func embedOrigins(texts: [String], problem: String) throws {
        #expect(try #require(message(given([.embedOrigin: texts]))).contains(problem))
    }

    @Test("one address cannot be listened on twice")
    func twice() {
        #expect(
            message(given([.listen: ["127.0.0.1:1", "localhost:1"]]))
                == "--listen: 127.0.0.1:1 is listed twice; remove one")
    }

    @Test("one address cannot be for two things")
    func twoThings() {
        #expect(
            message(given([.listen: ["127.0.0.1:1"], .admin: ["127.0.0.1:1"]]))
                == "--admin: 127.0.0.1:1 is used for something else already; choose another port")
        let redirect = message(given([.admin: ["127.0.0.1:2"], .httpRedirect: ["127.0.0.1:2"]]))
        #expect(redirect?.contains("127.0.0.1:2 is used for something else") == true)
    }

    @Test("lists are bounded")
    func bounded() {
        let addresses = (1...17).map { "127.0.0.1:\($0)" }
        #expect(message(given([.listen: addresses]))?.contains("at most 16") == true)
        let origins = (1...65).map { "https://a\($0).example" }
        #expect(message(given([.corsOrigin: origins]))?.contains("at most 64") == true)
        #expect(message(given([.listen: []])) != nil)
    }

    @Test("a message is one printable line, whatever the value")
    func printable() throws {
        let wrong = "a\nb\u{1B}[31m\u{202E}" + String(repeating: "x", count: 10_000)
        for name in Setting.Name.allCases {
            let text = try #require(message(given([name: [wrong]])))
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 0x202E })
            #expect(text.utf8.count < 500)
        }
    }

    @Test("a path is not empty and not endless")
    func path() {
        #expect(message(given([.data: [""]]))?.contains("is empty") == true)
        let long = String(repeating: "p", count: 5_000)
        #expect(message(given([.data: [long]]))?.contains("longer than 4095") == true)
    }
}
