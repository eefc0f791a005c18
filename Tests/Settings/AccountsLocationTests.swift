// Where accounts are kept: what is understood, and that no message shows a password.

import Testing

@testable import Settings

private func given(_ text: String, data: String = "data") -> GivenSettings {
    var given = GivenSettings()
    let texts: [Setting.Name: String] = [
        .cert: "c.pem", .key: "k.pem", .data: data, .accounts: text,
    ]
    for (name, text) in texts {
        given[name] = GivenSettings.Entry(texts: [text], source: .flag)
    }
    return given
}

struct AccountsLocationTests {
    @Test(
        "sqlite is a file in the data directory, or the one that is named",
        arguments: [
            ("sqlite", "data", "data/accounts.sqlite"),
            ("sqlite", "/var/lib/weir/", "/var/lib/weir/accounts.sqlite"),
            ("sqlite:users.db", "data", "users.db"),
            ("sqlite:/srv/a:b@c.db", "data", "/srv/a:b@c.db"),
        ])
    func sqlite(text: String, data: String, path: String) throws {
        let location = try Settings.accounts(given(text, data: data))
        #expect(location == .sqlite(path: path))
        #expect(location.description == "sqlite:\(path)")
    }

    @Test(
        "a URI of MongoDB is kept as it is",
        arguments: [
            "mongodb://localhost", "mongodb://a:1,b:2,[::1]:3/weir?replicaSet=r&tls=true",
            "mongodb+srv://user@db.example.org/weir",
        ])
    func mongodb(uri: String) throws {
        let location = try Settings.accounts(given(uri))
        #expect(location == .mongodb(uri: uri))
        #expect(location.description == uri)
        #expect(!location.holdsSecret)
    }

    @Test("no certificate is needed to say where accounts are")
    func alone() throws {
        #expect(try Settings.accounts(GivenSettings()) == .sqlite(path: "data/accounts.sqlite"))
    }

    @Test(
        "what is no place for accounts is refused, with what would be, and is not repeated",
        arguments: [
            "", "sql", "sqlite:", "sqlite::memory:", "sqlite:/srv/", "secret.db",
            "mongodb:/user:secret@host", "mongo://user:secret@host", "mongodb://",
            "mongodb://user:secret@", "mongodb://user:secret@/weir", "MongoDB+Srv:secret",
            "mongodb://user:secret\n@host",
            "mongodb://h/" + String(repeating: "secret", count: 999),
        ])
    func refused(text: String) throws {
        let error = try #require(throws: SettingsError.self) {
            try Settings(given(text), processors: 1)
        }
        #expect(error.description.hasPrefix("--accounts: "))
        #expect(error.description.contains(";"))
        #expect(!error.description.contains("secret"))
    }

    @Test(
        "what is shown of a URI has no secret in it",
        arguments: [
            ("mongodb://user:secret@host/weir", "mongodb://user:***@host/weir"),
            ("mongodb+srv://user:secret@host", "mongodb+srv://user:***@host"),
            ("mongodb://:secret@host", "mongodb://:***@host"),
            ("mongodb://user:sec/secret@host/weir", "mongodb://***@host/weir"),
            ("mongodb://user:sec@secret@host/weir", "mongodb://***@host/weir"),
            ("mongodb://user:sec?secret=1@host", "mongodb://***@host"),
            ("mongodb://user:sec:secret@host", "mongodb://***@host"),
            (
                "mongodb://u:secret@a:1,b:2/weir?tls=true&tlsCertificateKeyFilePassword=secret&w=1",
                "mongodb://u:***@a:1,b:2/weir?tls=true&tlsCertificateKeyFilePassword=***&w=1"
            ),
            (
                "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:secret&tls=true",
                "mongodb://h/?authMechanismProperties=***&tls=true"
            ),
            ("mongodb://h/?a;password=secret", "mongodb://h/?a;password=***"),
            ("mongodb://h/?tls=true&p%61ssword=secret", "mongodb://h/?tls=true&p%61ssword=***"),
        ])
    func redacted(uri: String, shown: String) throws {
        let settings = try Settings(given(uri), processors: 1)
        #expect(settings.accounts.description == shown)
        #expect("\(settings.accounts)" == shown)
        #expect(String(reflecting: settings.accounts) == shown)
        #expect(settings.accounts.holdsSecret)
        #expect(!settings.report().contains("secret"))
        #expect(settings.report().contains(shown.prefix(60)))
        #expect(try Settings(encoded: settings.encoded()).accounts == .mongodb(uri: uri))
    }
}
