// What pages are allowed to do in a browser: nothing but what Weir's own pages need.
//
// No other site may frame these pages, so that no site can lay something over them. The one exception is
// the player, which is made to be shown in other pages. It knows no account and changes nothing.

/// Header fields of pages, in lower case.
package enum PageSecurity {
    package typealias Field = (name: String, value: String)

    /// Of every page but the player in a frame.
    package static let fields: [Field] = fields(
        framedBy: "'none'",
        features: [
            "camera=(self)", "microphone=(self)", "display-capture=(self)",
            "screen-wake-lock=(self)", "fullscreen=(self)", "picture-in-picture=(self)",
            "autoplay=(self)", "geolocation=()", "payment=()", "usb=()",
        ])

    /// Of the player in a frame: pages of these origins may frame it; nil: everybody's. What the frame
    /// may do besides is for the page around it to allow.
    package static func fields(framedBy origins: [String]?) -> [Field] {
        fields(
            framedBy: origins?.joined(separator: " ") ?? "*",
            features: [
                "camera=()", "microphone=()", "display-capture=()", "screen-wake-lock=(self)",
                "fullscreen=(self)", "picture-in-picture=(self)", "autoplay=(self)",
                "geolocation=()", "payment=()", "usb=()",
            ])
    }

    private static func fields(framedBy ancestors: String, features: [String]) -> [Field] {
        [
            ("content-security-policy", contentSecurityPolicy(framedBy: ancestors)),
            ("permissions-policy", features.joined(separator: ", ")),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
        ]
    }

    /// Content Security Policy Level 3. Scripts and styles only as files of this server; pictures
    /// and media also as blobs that the page itself has made.
    private static func contentSecurityPolicy(framedBy ancestors: String) -> String {
        [
            "default-src 'none'", "script-src 'self'", "style-src 'self'",
            "img-src 'self' data: blob:", "media-src 'self' blob:", "connect-src 'self'",
            "worker-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'self'",
            "frame-ancestors \(ancestors)", "require-trusted-types-for 'script'",
        ].joined(separator: "; ")
    }
}
