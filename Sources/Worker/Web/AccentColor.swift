// The colour that an operator wants for buttons and links, in the two forms that pages need: one that can be
// read on light grounds, and one for dark ones. Each is the nearest to what was wanted, lighter or darker, with
// which text has the contrast of WCAG 2.2, level AA (4.5 to 1).
//
// Pure. The grounds are those of Assets/base.css; a test compares them.

struct AccentColor: Sendable {
    /// What it stands on, from the most to the least usual, and what can be written on it.
    struct Theme: Sendable {
        let grounds: [String]
        /// Text on buttons.
        let text: String
        /// How much lighter it becomes under a pointer.
        let hoverLightness: Double
    }

    static let light = Theme(
        grounds: ["#eff3f1", "#fbfdfc", "#ffffff"], text: "#ffffff", hoverLightness: -0.09)
    static let dark = Theme(
        grounds: ["#091112", "#101b1c", "#172526"], text: "#07100f", hoverLightness: 0.07)

    static let leastContrast = 4.5
    /// That of --accent-soft.
    private static let filmOpacity = 0.12
    /// A search in steps that nobody sees.
    private static let lightnessStep = 0.004

    private let wanted: Color

    /// Nil if it is not "#rrggbb".
    init?(_ hex: String) {
        guard let color = Color(hex) else { return nil }
        wanted = color
    }

    func color(in theme: Theme) -> Color {
        let own = wanted.lightness
        var distance = 0.0
        while distance <= 1 {
            // Away from the ground first, if both are as near.
            for lightness in [own + distance, own - distance] where (0...1).contains(lightness) {
                let color = distance == 0 ? wanted : wanted.withLightness(lightness)
                if Self.canBeRead(color, in: theme) { return color }
            }
            distance += Self.lightnessStep
        }
        // There always is one: black on light grounds, white on dark ones.
        return theme.hoverLightness < 0 ? Color(red: 0, green: 0, blue: 0) : .white
    }

    func hoverColor(in theme: Theme) -> Color {
        let color = color(in: theme)
        return color.withLightness(color.lightness + theme.hoverLightness)
    }

    /// As text on the grounds, bare or under a film of itself, and as the ground of a button's text.
    private static func canBeRead(_ color: Color, in theme: Theme) -> Bool {
        let grounds = theme.grounds.compactMap { Color($0) }
        let films = grounds.map { color.film(over: $0, opacity: filmOpacity) }
        let texts = [Color(theme.text)].compactMap { $0 }
        return (grounds + films + texts).allSatisfy { color.contrast(with: $0) >= leastContrast }
    }

    // MARK: As files

    /// What overrules Assets/base.css.
    var css: String {
        let (light, dark) = (color(in: Self.light).hex, color(in: Self.dark).hex)
        let hover = (hoverColor(in: Self.light).hex, hoverColor(in: Self.dark).hex)
        return """
            /* The colour that the operator of this server has chosen (site-accent). */
            :root {
              --accent: light-dark(\(light), \(dark));
              --accent-hover: light-dark(\(hover.0), \(hover.1));
              --accent-text: light-dark(\(Self.light.text), \(Self.dark.text));
              --focus: light-dark(\(light), \(hover.1));
            }

            """
    }

    /// The icon of Weir in this colour.
    func coloring(_ icon: WebFile) -> WebFile {
        let text = String(decoding: icon.bytes, as: UTF8.self)
        let colored = text.replacing(Self.iconColor, with: color(in: Self.light).hex)
        return WebFile(path: icon.path, bytes: Array(colored.utf8))
    }

    static let iconColor = "#0b6a66"
}

extension Color {
    fileprivate static let white = Color(red: 255, green: 255, blue: 255)
}
