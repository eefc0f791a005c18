// A colour of sRGB, as far as pages need to reckon with colours: how light it is, how well one can be read on
// another (WCAG 2.2), and lighter or darker ones of the same hue (OKLab, as CSS Color 4 has it).
//
// Pure.

import Glibc

struct Color: Equatable, Sendable {
    /// 0 to 255 each.
    let red: Int
    let green: Int
    let blue: Int

    init(red: Int, green: Int, blue: Int) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Nil if it is not "#rrggbb".
    init?(_ hex: String) {
        guard hex.utf8.count == 7, hex.hasPrefix("#"),
            let number = Int(hex.dropFirst(), radix: 16), number >= 0
        else { return nil }
        self.init(red: number >> 16, green: number >> 8 & 0xFF, blue: number & 0xFF)
    }

    var hex: String {
        let digits = String(red << 16 | green << 8 | blue, radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }

    // MARK: Contrast

    private static func linear(_ channel: Int) -> Double {
        let value = Double(channel) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    private static func channel(_ linear: Double) -> Int {
        let value = linear <= 0.0031308 ? linear * 12.92 : 1.055 * pow(linear, 1 / 2.4) - 0.055
        return min(255, max(0, Int((value * 255).rounded())))
    }

    private var luminance: Double {
        0.2126 * Self.linear(red) + 0.7152 * Self.linear(green) + 0.0722 * Self.linear(blue)
    }

    /// From 1 to 21.
    func contrast(with other: Color) -> Double {
        let pair = (luminance, other.luminance)
        return (max(pair.0, pair.1) + 0.05) / (min(pair.0, pair.1) + 0.05)
    }

    /// A film of this colour over `ground`, so opaque (0 to 1).
    func film(over ground: Color, opacity: Double) -> Color {
        let mix = { (own: Int, below: Int) in
            Int((Double(own) * opacity + Double(below) * (1 - opacity)).rounded())
        }
        return Color(
            red: mix(red, ground.red), green: mix(green, ground.green),
            blue: mix(blue, ground.blue))
    }

    // MARK: Lightness

    private var lab: (lightness: Double, a: Double, b: Double) {
        let (r, g, b) = (Self.linear(red), Self.linear(green), Self.linear(blue))
        let l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
        let m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
        let s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
        return (
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
        )
    }

    /// How light it looks, from 0 to 1.
    var lightness: Double { lab.lightness }

    /// The same hue so light (0 to 1), with as much of its colour as there is at that.
    func withLightness(_ lightness: Double) -> Color {
        let lightness = min(1, max(0, lightness))
        let (_, a, b) = lab
        for step in 0...32 {
            let share = 1 - Double(step) / 32
            if let color = Self.color(lightness, a * share, b * share) { return color }
        }
        let grey = Self.channel(lightness * lightness * lightness)
        return Color(red: grey, green: grey, blue: grey)
    }

    /// Nil when sRGB has no such colour.
    private static func color(_ lightness: Double, _ a: Double, _ b: Double) -> Color? {
        let cube = { (x: Double) in x * x * x }
        let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
        let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
        let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
        let channels = [
            4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
        ]
        guard channels.allSatisfy({ (-0.0005...1.0005).contains($0) }) else { return nil }
        return Color(
            red: channel(channels[0]), green: channel(channels[1]), blue: channel(channels[2]))
    }
}
