// The configuration file: TOML, one key per setting, no tables. It delivers raw texts like every
// other source; all sources are parsed in one place, which decides what a value means.
//
// Unsafe: the C parser is called once with pointers to a local array and a local object that
// outlive the call; the texts it hands back are copied inside the callback.

import CToml

package enum ConfigurationFile {
    /// The settings in a document.
    ///
    /// - Parameters:
    ///   - bytes: the file's contents, at most `Limits.configurationFileBytes`.
    ///   - path: for error messages.
    ///   - names: the settings that are wanted; what else is there is not looked at. Nil: all.
    /// - Throws: text that is not TOML, an unknown key, or a value that no setting can have.
    package static func parse(
        _ bytes: [UInt8], path: String, only names: [Setting.Name]? = nil
    ) throws(SettingsError) -> GivenSettings {
        guard bytes.count <= Limits.configurationFileBytes else {
            throw SettingsError(
                "\(Quoted.printable(path)): longer than \(Limits.configurationFileBytes) bytes; "
                    + "this is no configuration of Weir")
        }
        var given = GivenSettings()
        for value in try values(of: bytes, path: path) {
            if let names, !names.contains(where: { $0.rawValue == value.key }) { continue }
            let source = SettingSource.file(path: path, line: value.line)
            let setting = try setting(of: value, source)
            switch value.kind {
            case WEIR_TOML_OTHER:
                throw SettingsError(
                    setting, from: source, "is neither text nor number; write it in quotes")
            case WEIR_TOML_EMPTY_ARRAY:
                given[setting.name] = GivenSettings.Entry(texts: [], source: source)
            default:
                guard setting.isList || !value.isInArray else {
                    throw SettingsError(
                        setting, from: source, "takes one value; write it without brackets")
                }
                // All elements of an array report the line of the first.
                let earlier = given[setting.name]
                given[setting.name] = GivenSettings.Entry(
                    texts: (earlier?.texts ?? []) + [value.text],
                    source: earlier?.source ?? source)
            }
        }
        return given
    }

    private static func setting(
        of value: Value, _ source: SettingSource
    ) throws(SettingsError) -> Setting {
        if let name = Setting.Name(rawValue: value.key) { return Setting.named(name) }
        let known = Setting.Name.allCases.map(\.rawValue)
        let remedy =
            Similarity.nearest(to: value.key, among: known).map { "did you mean \($0)?" }
            ?? "remove it, or see weir serve --help for what there is"
        throw SettingsError("\(source): unknown setting \(Quoted.text(value.key)); \(remedy)")
    }

    // MARK: The C parser

    private struct Value {
        let key: String
        let kind: weir_toml_kind
        let isInArray: Bool
        let text: String
        let line: Int
    }

    /// What the callback fills.
    private final class Collector {
        var values: [Value] = []
    }

    private static func values(
        of bytes: [UInt8], path: String
    ) throws(SettingsError) -> [Value] {
        let collector = Collector()
        var message = [CChar](repeating: 0, count: 256)
        var line: UInt32 = 0
        let result = unsafe bytes.withUnsafeBytes { document in
            unsafe weir_toml_parse(
                document.baseAddress?.assumingMemoryBound(to: CChar.self), document.count,
                collect, Unmanaged.passUnretained(collector).toOpaque(), &message, message.count,
                &line)
        }
        guard result == 0 else {
            let text = String(
                decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            let place = Quoted.printable(path) + (line > 0 ? ":\(line)" : "")
            throw SettingsError("\(place): not valid TOML: \(Quoted.printable(text))")
        }
        return collector.values
    }

    private static let collect: weir_toml_visitor = {
        context, key, keyBytes, kind, inArray, text, textBytes, line in
        guard let context = unsafe context else { return }
        let collector = unsafe Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue()
        unsafe collector.values.append(
            Value(
                key: copy(key, keyBytes), kind: kind, isInArray: inArray != 0,
                text: copy(text, textBytes), line: Int(line)))
    }

    private static func copy(_ text: UnsafePointer<CChar>?, _ bytes: Int) -> String {
        unsafe String(
            decoding: UnsafeRawBufferPointer(start: text, count: bytes), as: UTF8.self)
    }
}
