// Where the control socket is: for the server that makes it, and for the commands that look for it.
// Pure, but for the look whether something is there.

import LinuxIO
import Settings

enum ControlPlace {
    static let name = "control"
    /// Where a service manager has put the folder for the sockets of this service (systemd.exec(5)).
    static let runtimeVariable = "RUNTIME_DIRECTORY"
    /// Where the packaged service has it.
    static let packaged = "/run/weir/\(name)"

    /// Where a server makes it; nil if it is to have none.
    /// - Parameter runtimeDirectory: the value of that variable: one folder, or several with colons.
    static func path(_ settings: Settings, runtimeDirectory: String?) -> String? {
        switch settings.control {
        case .off: return nil
        case .path(let path): return path
        case .automatic:
            let folder = runtimeDirectory?.split(separator: ":").first.map(String.init)
            return "\(folder ?? settings.dataDirectory)/\(name)"
        }
    }

    /// Where a command looks for it, in this order.
    /// - Parameter given: flags over environment over file.
    static func candidates(_ given: GivenSettings) throws(SettingsError) -> [String] {
        let place = try Settings.controlPlace(given)
        switch place.control {
        case .off:
            throw SettingsError("this server has no control socket (--control off)")
        case .path(let path): return [path]
        case .automatic: break
        }
        let data = "\(place.dataDirectory)/\(name)"
        return given[.data]?.source == .flag ? [data] : [packaged, data]
    }
}
