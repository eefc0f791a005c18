// Reads the logo of the pages, and looks through it as through pictures of strangers: pages show it to everybody.
// It is handed to workers as it was put together then, so that it is the same in all of them, whatever becomes of
// the file.

import Pictures
import Settings

enum LogoCheck {
    /// Empty when there is none.
    static func read(_ settings: Settings) throws(StartError) -> [UInt8] {
        guard let path = settings.siteLogo else { return [] }
        let bytes = try SmallFile.contents(path, what: "logo", limitBytes: Limits.logoFileBytes)
        do throws(PictureFault) {
            return try Picture(checking: bytes, edgePixels: Limits.logoPixels).bytes
        } catch {
            throw StartError(
                message:
                    "the logo \(Quoted.printable(path)) cannot be used: \(error.clause); give another "
                    + "one with --site-logo", exitCode: 1)
        }
    }
}
