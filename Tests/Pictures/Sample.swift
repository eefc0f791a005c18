// Pictures that other programs have made: the seed corpus of FuzzPictures.

import Foundation

@testable import Pictures

enum Sample {
    static let edges = 16...2_048

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzz/Pictures/Corpus")

    static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    static func format(_ name: String) -> PictureFormat {
        name.hasPrefix("jpeg") ? .jpeg : name.hasPrefix("png") ? .png : .webP
    }

    static func checked(_ bytes: [UInt8]) throws(PictureFault) -> Picture {
        try Picture(checking: bytes, edgePixels: edges)
    }

    /// The sentence with which it is refused; nil when it is taken.
    static func fault(_ bytes: [UInt8]) -> String? {
        do throws(PictureFault) { _ = try checked(bytes) } catch { return error.sentence }
        return nil
    }

    static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        Data(bytes).range(of: Data(text.utf8)) != nil
    }
}
