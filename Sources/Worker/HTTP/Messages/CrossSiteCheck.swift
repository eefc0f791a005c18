// Whether a request that changes something comes from Weir's own pages, if it comes from a browser at
// all. This is the defence against cross-site request forgery, besides SameSite cookies.
//
// Browsers say where a request comes from: in Sec-Fetch-Site (Fetch Metadata, section 2.4), or, if they
// are older, in Origin (RFC 6454), which they send with every request that is neither GET nor HEAD. A
// request with neither field does not come from a browser, so no page can have forged it.

package enum CrossSiteCheck {
    /// Whether a request that changes something may be authorised by a cookie.
    package static func allows(_ request: Request) -> Bool {
        allows(
            site: request.header("sec-fetch-site"), origin: request.header("origin"),
            authority: request.authority)
    }

    package static func allows(site: String?, origin: String?, authority: String) -> Bool {
        if let site { return site == "same-origin" || site == "none" }
        guard let origin else { return true }
        return isSame(origin: origin, authority: authority)
    }

    /// An origin is a scheme and an authority, in lower case, without the scheme's default port.
    private static func isSame(origin: String, authority: String) -> Bool {
        withoutDefaultPort(origin) == withoutDefaultPort("https://" + authority.lowercased())
    }

    private static func withoutDefaultPort(_ origin: String) -> Substring {
        origin.hasSuffix(":443") ? origin.dropLast(4) : origin[...]
    }
}

extension Problem {
    package static let crossSite = Problem(
        status: 403, slug: "cross-site", title: "This request came from another site",
        detail:
            "Only pages of this server may do that in your name. Open this server and try there.")
}
