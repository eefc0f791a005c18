import Testing

@testable import Web

@Suite struct AccountPageTests {
    private func html(_ page: AccountPage) -> String {
        String(decoding: WebSite().account(page).bytes, as: UTF8.self)
    }

    @Test("a new account is told what comes where, and offered a stream key")
    func empty() {
        let html = html(.example())
        #expect(html.contains("Nothing yet."))
        #expect(html.contains("Create a stream key") && !html.contains("Replace the key"))
        #expect(html.contains("This device") && !html.contains("Sign out everywhere else"))
    }

    @Test("a key that exists can be replaced and removed, and is not shown")
    func keyExists() {
        let html = html(.example(streamKeyCreatedAtMs: AccountPage.nowMs))
        #expect(html.contains("Replace the key") && html.contains("Remove the key"))
        #expect(html.contains("22 Nov 2026, 08:00 UTC") && !html.contains("id=\"stream-key\""))
    }

    @Test("a new key is shown with lines that are, as text, those of the API")
    func newKey() {
        let key = "weir_0123456789"
        let html = html(.example(streamKeyCreatedAtMs: 0, newStreamKey: key))
        let lines = PublishLines(origin: "https://localhost:8443", name: "alice", key: key)
        for (id, expected) in [
            ("stream-key", key), ("line-obs", lines.obs), ("line-ffmpeg", lines.ffmpeg),
            ("line-curl", lines.curl),
        ] {
            #expect(HTMLExcerpt.text(of: id, in: html) == expected.htmlEscaped, "\(id)")
            #expect(html.contains("data-copy=\"\(id)\""))
        }
        // Each is masked until somebody asks for it.
        let masked = "<span class=\"masked\">\(key)</span>"
        #expect(html.split(separator: masked, omittingEmptySubsequences: false).count == 5)
        #expect(html.split(separator: key, omittingEmptySubsequences: false).count == 5)
        #expect(html.contains("data-secrets=\"hidden\"") && html.contains("data-unmasks="))
    }

    @Test("other sessions can be ended, one by one or all at once; this one cannot")
    func sessions() {
        let html = html(
            .example(sessions: [
                .example(id: "0a"),
                .example(id: "0b", hoursAgo: 3, userAgent: "curl/8.1", isCurrent: false),
            ]))
        #expect(html.contains("Firefox on Linux") && html.contains("last seen 3 hours ago"))
        #expect(html.contains("name=\"session\" value=\"0b\""))
        #expect(!html.contains("name=\"session\" value=\"0a\""))
        #expect(html.contains("Sign out everywhere else"))
    }

    @Test("what a browser says of itself cannot become markup")
    func hostileUserAgent() {
        let session = AccountPage.Session.example(
            address: "<b>", userAgent: "<script> Firefox/1", isCurrent: false)
        let html = html(.example(sessions: [session]))
        #expect(!html.contains("<script> ") && !html.contains("<b>,"))
    }

    @Test("many broadcasts are listed with the older ones folded away")
    func broadcasts() {
        let broadcasts = (1...9).map { number in
            AccountPage.Broadcast(
                startedAtMs: AccountPage.nowMs - UInt64(number) * 86_400_000,
                durationMs: 3_723_000, bytes: 1_234_567_890, peakViewers: number)
        }
        let html = html(.example(broadcasts: broadcasts))
        #expect(html.contains("1:02:03") && html.contains("1.2 GB"))
        #expect(html.contains("<summary>3 earlier ones</summary>"))
    }

    @Test(
        "a fault stands beside its field, which has the focus",
        arguments: [
            (.password, "currentPassword", "currentPassword"),
            (.password, "newPassword", "newPassword"),
            (.deletion, "password", "deletion-password"),
            // As the API calls it.
            (.deletion, "currentPassword", "deletion-password"),
        ] as [(AccountPage.Form, String, String)])
    func fault(form: AccountPage.Form, field: String, id: String) throws {
        let fault = FormFault(field: field, message: "That's wrong.")
        let html = html(.example(fault: .init(form: form, fault: fault)))
        let input = try #require(
            html.split(separator: "<input ").first { $0.hasPrefix("id=\"\(id)\"") })
        #expect(input.contains("aria-invalid=\"true\" autofocus"))
        #expect(input.contains("aria-describedby=\"\(id)-error"))
        #expect(html.contains("id=\"\(id)-error\">That&#39;s wrong.</p>"))
        #expect(html.contains("<details open>") == (form == .deletion))
        #expect(html.contains("<title>Not yet: "))
    }

    @Test(
        "what is wrong with no field in particular stands above its form",
        arguments: [
            AccountPage.Form.password, .streamKey, .sessions, .deletion,
        ])
    func faultOfAll(form: AccountPage.Form) {
        let fault = FormFault(field: nil, message: "Too many attempts.")
        let html = html(.example(fault: .init(form: form, fault: fault)))
        #expect(html.contains("role=\"alert\"") && html.contains(">Too many attempts.</p>"))
    }
}
