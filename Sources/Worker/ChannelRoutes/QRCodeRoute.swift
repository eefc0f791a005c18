// `GET /NAME/qr.svg`: the address of a channel's page, for a phone's camera.
//
// Owner: the worker's loop thread.

import HTTP
import QRCode
import Settings
import StreamState
import Streams
import Text

package struct QRCodeRoute {
    private let crossOrigin: CrossOrigin

    package init(crossOrigin: CrossOrigin) {
        self.crossOrigin = crossOrigin
    }

    package var routes: [Route] {
        [Route("qr-code", "/{name}/qr.svg", readers: .everyPage, [.get: answer])]
    }

    private func answer(_ exchange: Exchange) {
        let headers = crossOrigin.publicHeaders(for: exchange.request)
        guard let name = try? StreamName(exchange.parameter(0)) else {
            return exchange.respond(.unknownChannel, headers: headers)
        }
        guard let origin = exchange.request.origin, origin.utf8.count <= Limits.qrOriginBytes,
            let code = QRCode("\(origin)/\(name)/watchLive")
        else { return exchange.respond(.addressTooLong, headers: headers) }
        let bytes = Array(code.svg.utf8)
        exchange.respond(
            Content(
                fields: [
                    HeaderField("cache-control", "public, max-age=3600"),
                    HeaderField("cross-origin-resource-policy", "cross-origin"),
                    HeaderField("x-content-type-options", "nosniff"),
                    HeaderField("content-security-policy", "default-src 'none'; sandbox"),
                ] + headers, contentFields: [HeaderField("content-type", "image/svg+xml")],
                bytes: bytes, tag: EntityTag("\"\(Fingerprint(of: bytes).text)\"")))
    }
}

extension Problem {
    static let addressTooLong = Problem(
        status: 400, slug: "address-too-long", title: "This address is too long for a picture",
        detail: "The server's name and port have at most \(Limits.qrOriginBytes) bytes.")
}
