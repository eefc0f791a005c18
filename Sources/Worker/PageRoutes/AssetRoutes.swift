// Styles, scripts and pictures. Each has a route of its own, so that the bytes of its address find it.
// Its answers are made when it is first requested.
//
// Owner: the worker's loop thread.

import HTTP
import Web

final class AssetRoutes {
    private let assets: Assets
    private let version: [UInt8]

    init(assets: Assets) {
        self.assets = assets
        version = Array(assets.version.utf8)
    }

    var routes: [Route] {
        let icon = answers(for: "icon.svg")
        // Browsers ask for this unprompted.
        let unasked = Route("asset", "/favicon.ico", [.get: { icon.current.answer($0) }])
        return assets.paths.map(route) + [unasked]
    }

    private func route(to path: String) -> Route {
        let answers = answers(for: path)
        return Route(
            "asset", "/assets/{version}/\(path)",
            [
                .get: { [version] exchange in
                    let isCurrent = exchange.hasParameter(0, version)
                    (isCurrent ? answers.current : answers.other).answer(exchange)
                }
            ])
    }

    private func answers(for path: String) -> AssetAnswers {
        AssetAnswers { [assets] in
            guard let document = assets.document(at: path) else {
                preconditionFailure("there is an asset at each path of an asset")
            }
            return document
        }
    }
}

/// The answers of one asset.
private final class AssetAnswers {
    private let document: () -> Document

    init(_ document: @escaping () -> Document) {
        self.document = document
    }

    /// The content of an address never changes.
    private(set) lazy var current = resource(cacheControl: "public, max-age=31536000, immutable")

    /// A page that another version of Weir has served still gets its scripts, but they are today's; a
    /// cache must not take them for those of that version.
    private(set) lazy var other = resource(cacheControl: "no-store")

    /// A picture that is opened by itself does nothing else than to be seen: the logo comes from elsewhere.
    private static func fields(of document: Document) -> [HeaderField] {
        document.contentType.hasPrefix("image/")
            ? [
                HeaderField(
                    "content-security-policy",
                    "default-src 'none'; style-src 'unsafe-inline'; sandbox")
            ]
            : []
    }

    private func resource(cacheControl: String) -> Resource {
        let document = document()
        return Resource(
            Content(
                document,
                fields: [
                    HeaderField("cache-control", cacheControl),
                    HeaderField("x-content-type-options", "nosniff"),
                    // Also for the player in a frame that has no origin of its own (sandbox).
                    HeaderField("cross-origin-resource-policy", "cross-origin"),
                    HeaderField("access-control-allow-origin", "*"),
                ] + AssetAnswers.fields(of: document), vary: "accept-encoding", hasParts: true))
    }
}

extension Content {
    /// - Parameter fields: of every answer, besides those of the document.
    init(_ document: Document, fields: [HeaderField], vary: String, hasParts: Bool = false) {
        self.init(
            fields: fields + [HeaderField("vary", vary)],
            contentFields: [HeaderField("content-type", document.contentType)]
                + (document.language.map { [HeaderField("content-language", $0)] } ?? []),
            bytes: document.bytes, tag: EntityTag(document.entityTag),
            gzip: document.gzipBytes.map { ($0, EntityTag(document.gzipEntityTag)) },
            hasParts: hasParts)
    }
}
