// A text as a QR code (ISO/IEC 18004), through libqrencode.
//
// Unsafe use: the library reads so many bytes of the array that it is given, during the call. Its answer has
// width * width bytes; it is copied here and freed before anything else happens.

import CQRencode

package struct QRCode: Equatable, Sendable {
    /// Modules on a side, without the quiet zone.
    package let width: Int
    /// Row by row from the top: whether a module is dark.
    private let modules: [Bool]

    /// Light modules around it, without which readers do not find it (section 9.1).
    private static let quietZone = 4

    /// Nil when the text is empty or too long for a QR code.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let made = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe QRcode_encodeData(
                Int32(clamping: bytes.count), bytes.baseAddress, 0, QR_ECLEVEL_M)
        }
        guard let code = unsafe made else { return nil }
        defer { unsafe QRcode_free(code) }
        width = Int(unsafe code.pointee.width)
        let data = unsafe UnsafeBufferPointer(start: code.pointee.data, count: width * width)
        modules = unsafe data.map { $0 & 1 == 1 }
    }

    /// Dark on light, whatever the page around it looks like. One unit is one module.
    package var svg: String {
        let side = width + 2 * Self.quietZone
        var path = ""
        for row in 0..<width {
            for run in runs(in: row) {
                path +=
                    "M\(run.lowerBound + Self.quietZone) \(row + Self.quietZone)h\(run.count)v1h-\(run.count)z"
            }
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(side) \(side)" \
            width="\(side * 8)" height="\(side * 8)" shape-rendering="crispEdges">\
            <path fill="#fff" d="M0 0h\(side)v\(side)H0z"/><path d="\(path)"/></svg>

            """
    }

    /// Dark modules that stand side by side.
    private func runs(in row: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for column in 0..<width where modules[row * width + column] {
            if let last = runs.last, last.upperBound == column {
                runs[runs.count - 1] = last.lowerBound..<column + 1
            } else {
                runs.append(column..<column + 1)
            }
        }
        return runs
    }
}
