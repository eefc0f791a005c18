// What pages are allowed to do in a browser: nothing but what Weir's own pages need.

/// Header fields of every page, in lower case.
package enum PageSecurity {
    package static let fields: [(name: String, value: String)] = [
        strictTransportSecurity,
        ("content-security-policy", contentSecurityPolicy),
        ("permissions-policy", permissionsPolicy),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
    ]

    /// For a year, nothing but https (RFC 6797). Answers of the API about accounts carry it as well.
    package static let strictTransportSecurity = (
        name: "strict-transport-security", value: "max-age=31536000"
    )

    /// Content Security Policy Level 3. Scripts and styles only as files of this server; pictures
    /// and media also as blobs that the page itself has made.
    private static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
        "media-src 'self' blob:", "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'",
        "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ].joined(separator: "; ")

    private static let permissionsPolicy = [
        "camera=(self)", "microphone=(self)", "display-capture=(self)", "screen-wake-lock=(self)",
        "fullscreen=(self)", "picture-in-picture=(self)", "autoplay=(self)",
        "geolocation=()", "payment=()", "usb=()",
    ].joined(separator: ", ")
}
