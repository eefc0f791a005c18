// Reads the logo of the pages. It is handed to workers as it was read, so that it is the same in all of
// them, whatever becomes of the file.

import Settings

enum LogoCheck {
    /// Empty when there is none.
    static func read(_ settings: Settings) throws(StartError) -> [UInt8] {
        guard let path = settings.siteLogo else { return [] }
        let bytes = try SmallFile.contents(path, what: "logo", limitBytes: Limits.logoFileBytes)
        guard LogoType(bytes) != nil else {
            throw StartError(
                message:
                    "the logo \(Quoted.printable(path)) is no PNG, JPEG or WebP; give one with "
                    + "--site-logo", exitCode: 1)
        }
        return bytes
    }
}
