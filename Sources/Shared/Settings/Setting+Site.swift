// The settings by which a server has a face of its own: what it is called, how it looks, what it says.

extension Setting {
    static func site(_ name: Name) -> Setting {
        switch name {
        case .siteName:
            Setting(
                name: name, kind: .text(most: Limits.siteNameCharacters), initial: .text("Weir"),
                placeholder: "TEXT",
                help: """
                    What pages call this server: in their head, in titles, in previews of links, in \
                    feeds, and where it is installed as an app.
                    """)
        case .siteText:
            Setting(
                name: name, kind: .text(most: Limits.siteTextCharacters), initial: .none,
                placeholder: "TEXT",
                help: """
                    A line or a paragraph for the first page: whose server this is, and what there is to \
                    see. Search engines and previews of links show it as well.
                    """)
        case .siteAccent:
            Setting(
                name: name, kind: .colorOrOff, initial: .text("off"), placeholder: "COLOR",
                help: """
                    The colour of buttons and links, as #rrggbb. Where it would be hard to read, light or \
                    dark, the nearest one that is not takes its place (4.5 to 1, WCAG 2.2). off: the \
                    colour of Weir.
                    """)
        case .siteLogo:
            Setting(
                name: name, kind: .pathOrOff, initial: .text("off"), placeholder: "FILE",
                help: """
                    A picture for the head of pages, previews of links and the app's icon: PNG, JPEG or \
                    WebP, at most 256 KiB, with edges of 16 to 2048 pixels; square ones suit best. It is \
                    read when Weir starts or reloads. off: the mark of Weir.
                    """)
        default:
            Setting(
                name: name, kind: .text(most: Limits.siteTextCharacters), initial: .none,
                placeholder: "TEXT",
                help: """
                    What the page for signing up says where nobody can (--signup closed), in place of \
                    Weir's own words: for example whom to ask.
                    """)
        }
    }
}
