// The files of Pages and Assets, which the compiler has put into the executable (see CWebFiles).
//
// Unsafe use: the C side hands out pointers to constants with the life of the process; they are
// copied to Swift arrays once, at start.

import CWebFiles

/// One file as it lies in the source tree.
struct WebFile: Sendable {
    /// Relative to this folder: "Pages/home.html", "Assets/common/format.js".
    let path: String
    let bytes: [UInt8]

    /// Every file there is.
    static func all() -> [WebFile] {
        var files: [WebFile] = []
        while let file = WebFile(index: files.count) { files.append(file) }
        return files
    }

    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// Whether it is a script or a style sheet.
    var isSource: Bool { path.hasSuffix(".js") || path.hasSuffix(".css") }

    /// As browsers get it.
    var served: WebFile {
        isSource ? WebFile(path: path, bytes: CompactSource(of: bytes).bytes) : self
    }

    private init?(index: Int) {
        let file = unsafe weir_web_file_at(index)
        guard let path = unsafe file.path else { return nil }
        self.path = unsafe String(cString: path)
        bytes = unsafe Array(UnsafeBufferPointer(start: file.bytes, count: file.size))
    }
}
