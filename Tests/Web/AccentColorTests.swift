// Whatever colour an operator wants, what is made of it can be read. The contrast is reckoned here once more,
// by the text of WCAG 2.2.

import Foundation
import Testing

@testable import Web

@Suite struct AccentColorTests {
    /// A grid over all colours, and some that are at an edge.
    private static let wanted: [String] = {
        let levels = ["00", "40", "80", "c0", "ff"]
        let grid = levels.flatMap { red in
            levels.flatMap { green in levels.map { blue in "#\(red)\(green)\(blue)" } }
        }
        return grid + ["#0b6a66", "#767676", "#777777", "#ffd400", "#e60023", "#9146ff"]
    }()

    private func luminance(_ hex: String) -> Double {
        let number = Int(hex.dropFirst(), radix: 16) ?? 0
        let weights = [(16, 0.2126), (8, 0.7152), (0, 0.0722)]
        return weights.reduce(0) { sum, channel in
            let value = Double(number >> channel.0 & 0xFF) / 255
            let linear = value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
            return sum + channel.1 * linear
        }
    }

    private func contrast(_ one: String, _ other: String) -> Double {
        let (a, b) = (luminance(one), luminance(other))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    @Test("text in it, and text on it, can be read in both themes, also under a pointer")
    func contrast() throws {
        for hex in Self.wanted {
            let accent = try #require(AccentColor(hex))
            for theme in [AccentColor.light, AccentColor.dark] {
                let (color, hover) = (accent.color(in: theme).hex, accent.hoverColor(in: theme).hex)
                for ground in theme.grounds + [theme.text] {
                    #expect(contrast(color, ground) >= 4.5, "\(hex) on \(ground): \(color)")
                    #expect(contrast(hover, ground) >= 4.5, "\(hex) on \(ground): \(hover)")
                }
            }
        }
    }

    @Test("a colour that can be read stays what it is")
    func stays() throws {
        #expect(try #require(AccentColor("#0b6a66")).color(in: AccentColor.light).hex == "#0b6a66")
        #expect(try #require(AccentColor("#63dcc9")).color(in: AccentColor.dark).hex == "#63dcc9")
    }

    @Test("a colour that cannot keeps its hue")
    func hue() throws {
        let yellow = try #require(AccentColor("#ffd400")).color(in: AccentColor.light)
        #expect(yellow.red > yellow.blue + 60 && yellow.green > yellow.blue + 40)
        let blue = try #require(AccentColor("#0000c0")).color(in: AccentColor.dark)
        #expect(blue.blue > blue.red + 40)
    }

    @Test("the grounds are those of the style sheet, and so is the colour of the icon")
    func grounds() throws {
        let files = WebFile.all()
        let text = { (path: String) in
            String(decoding: files.first { $0.path == path }?.bytes ?? [], as: UTF8.self)
        }
        let css = text("Assets/base.css")
        for (index, name) in ["background", "surface", "surface-raised"].enumerated() {
            let pair = "\(AccentColor.light.grounds[index]), \(AccentColor.dark.grounds[index])"
            #expect(css.contains("--\(name): light-dark(\(pair));"))
        }
        #expect(text("Assets/icon.svg").contains(AccentColor.iconColor))
    }

    @Test(
        "pages load its sheet last, at an address that changes with it, and the icon has its colour"
    )
    func sheet() throws {
        let sites = ["#b00020", "#0000ff"].map {
            WebSites(offersSignUp: true, site: Site(name: "W", accent: $0))
        }
        #expect(sites[0].assets.version != sites[1].assets.version)
        let html = String(
            decoding: sites[0].site(in: "en").notFound(visitor: .anonymous).bytes, as: UTF8.self)
        let base = try #require(html.range(of: "base.css"))
        let own = try #require(html.range(of: "site.css"))
        #expect(base.upperBound < own.lowerBound)
        let icon = try #require(sites[0].assets.document(at: "icon.svg"))
        #expect(String(decoding: icon.bytes, as: UTF8.self).contains("fill=\"#b00020\""))
        #expect(WebSites(offersSignUp: true).assets.document(at: "site.css") == nil)
    }
}
