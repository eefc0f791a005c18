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
        var members = [
            JSONMember("src", .string(icon.address)), JSONMember("type", .string(icon.contentType)),
        ]
        if let sizes = site.iconSizes { members.append(JSONMember("sizes", .string(sizes))) }
        return .object(members)
    }
}

extension Site {
    /// Nil when they are not known.
    var iconSizes: String? {
        guard let logo else { return "any" }
        return logo.size.map { "\($0.width)x\($0.height)" }
    }
}

extension Site.Logo {
    /// In pixels, where its file says that in its first bytes (PNG, section 11.2.1).
    var size: (width: Int, height: Int)? {
        guard contentType == "image/png", bytes.count >= 24 else { return nil }
        let number = { (place: Int) in
            self.bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        return (number(16), number(20))
    }
}
