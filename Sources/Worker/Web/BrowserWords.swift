// What people call the browser and the system that a User-Agent header speaks of: "Firefox on Linux".
// Only for people to recognise their own devices by; every browser claims to be several others, so
// the order of the tables decides.

enum BrowserWords {
    static func describe(userAgent: String, _ words: Words) -> String {
        let program = programs.first { userAgent.contains($0.mark) }?.name
        let system = systems.first { userAgent.contains($0.mark) }?.name
        switch (program, system) {
        case (let program?, let system?):
            return words("program.on-system", ["program": program, "system": system])
        case (let program?, nil): return program
        case (nil, let system?): return words("program.browser-on-system", ["system": system])
        case (nil, nil): return words("program.unknown")
        }
    }

    private static let programs = [
        (mark: "Edg", name: "Edge"), (mark: "OPR/", name: "Opera"),
        (mark: "SamsungBrowser/", name: "Samsung Internet"), (mark: "Vivaldi/", name: "Vivaldi"),
        (mark: "FxiOS/", name: "Firefox"), (mark: "Firefox/", name: "Firefox"),
        (mark: "CriOS/", name: "Chrome"), (mark: "Chromium/", name: "Chromium"),
        (mark: "Chrome/", name: "Chrome"), (mark: "Safari/", name: "Safari"),
        (mark: "curl/", name: "curl"), (mark: "Lavf/", name: "ffmpeg"),
    ]

    private static let systems = [
        (mark: "iPhone", name: "iPhone"), (mark: "iPad", name: "iPad"),
        (mark: "Android", name: "Android"), (mark: "CrOS", name: "ChromeOS"),
        (mark: "Windows", name: "Windows"), (mark: "Mac OS X", name: "macOS"),
        (mark: "Macintosh", name: "macOS"), (mark: "FreeBSD", name: "FreeBSD"),
        (mark: "Linux", name: "Linux"),
    ]
}
