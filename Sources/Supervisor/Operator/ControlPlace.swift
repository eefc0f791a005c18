// Where the control socket is: for the server that makes it, and for the commands that look for it. The table of
// docs/operations.md says the same. Pure.

import LinuxIO
import Settings

enum ControlPlace {
    static let name = "control"
    /// Where a service manager has put the folder for the sockets of this service (systemd.exec(5)).
    static let runtimeVariable = "RUNTIME_DIRECTORY"
    /// The settings that decide it.
    static let settings: [Setting.Name] = [.control, .data]

    /// Where a server makes it; nil if it is to have none.
    /// - Parameter runtimeDirectory: the value of that variable: one folder, or several with colons.
    static func path(_ settings: Settings, runtimeDirectory: String?) -> String? {
        places(
            settings.control, dataDirectory: settings.dataDirectory,
            runtimeDirectory: runtimeDirectory, mayBeService: false
        ).first
    }

    /// Where a command looks for it, in this order. There is more than one place only where the server may be
    /// one that the command is not told of: the service of the package, or that of `make run`.
    /// - Parameters:
    ///   - given: flags over environment over files.
    ///   - isNamed: the command was given settings that may be another server's.
    ///   - checkout: the data directory of `make run`; nil: there is no source tree.
    static func candidates(
        _ given: GivenSettings, runtimeDirectory: String?, isNamed: Bool, checkout: String? = nil
    ) throws(SettingsError) -> [String] {
        let place = try Settings.controlPlace(given)
        let dataSource = given[.data]?.source
        let isElsewhere = isNamed || dataSource == .flag || dataSource == .environment
        let places = places(
            place.control, dataDirectory: place.dataDirectory, runtimeDirectory: runtimeDirectory,
            mayBeService: !isElsewhere)
        guard !places.isEmpty else {
            throw SettingsError("this server has no control socket (--control off)")
        }
        guard let checkout, !isNamed, given[.data] == nil, runtimeDirectory == nil,
            place.control == .automatic
        else { return places }
        return places + ["\(checkout)/\(name)"]
    }

    private static func places(
        _ control: ControlSetting, dataDirectory: String, runtimeDirectory: String?,
        mayBeService: Bool
    ) -> [String] {
        switch control {
        case .off: return []
        case .path(let path): return [path]
        case .automatic: break
        }
        let service = mayBeService ? [ServiceFiles.control] : []
        if let folder = runtimeDirectory?.split(separator: ":").first {
            // It may be another service's, such as that of a client for certificates.
            let path = "\(folder)/\(name)"
            return [path] + service.filter { $0 != path }
        }
        return service + ["\(dataDirectory)/\(name)"]
    }
}
