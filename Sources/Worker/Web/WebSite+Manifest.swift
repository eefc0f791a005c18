// What a browser has to know to install this server as an app (W3C, Web Application Manifest).

import Text

extension WebSite {
    /// `/manifest.webmanifest`
    package func manifest() -> Document {
        let members = [
            JSONMember("name", .string(site.name)), JSONMember("short_name", .string(site.name)),
            JSONMember("description", .string(siteDescription)),
            JSONMember("lang", .string(words.language)),
            JSONMember("dir", .string(words.direction)),
            JSONMember("start_url", .string("/")), JSONMember("scope", .string("/")),
            JSONMember("display", .string("standalone")),
            JSONMember("background_color", .string(AccentColor.light.grounds[0])),
            JSONMember("theme_color", .string(AccentColor.light.grounds[0])),
            JSONMember("icons", .array([icon])),
        ]
        return Document(
            contentType: "application/manifest+json",
            bytes: Array(JSONValue.object(members).text.utf8), effort: .quick,
            language: words.language)
    }

    private var icon: JSONValue {
        let icon = site.icon(assets)
        return .object([
            JSONMember("src", .string(icon.address)), JSONMember("type", .string(icon.contentType)),
            JSONMember("sizes", .string(site.iconSizes)),
        ])
    }
}

extension Site {
    /// The mark of Weir is a drawing.
    var iconSizes: String { logo.map { "\($0.size.width)x\($0.size.height)" } ?? "any" }
}
