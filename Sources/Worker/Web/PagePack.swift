// A page that runs something of its own, and the pack in which that comes (ModulePacks).

/// What a page runs, apart from what it loads later.
struct PagePack: Hashable, Sendable {
    let script: String
    /// A module that runs as soon as it is there, before the page has been read: it asks for what takes
    /// longest.
    let earlyScript: String?
    /// What the frame around the page needs runs, too.
    let hasFrame: Bool

    /// Where it is: "packed/watch/watch.de.js". The words of its script are in it.
    func path(in language: String) -> String {
        "\(ModulePacks.folder)\(script.dropLast(".js".count)).\(language).js"
    }
}
