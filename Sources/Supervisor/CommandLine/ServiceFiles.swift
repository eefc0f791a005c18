// Where the service of the package has its files. Commands that are given its file of settings find the rest
// of what its unit gives it.

import LinuxIO
import Settings

enum ServiceFiles {
    static let configuration = "/etc/weir/weir.toml"
    /// Settings as environment variables (EnvironmentFile= of the unit), which win over the file. Only root can
    /// read it, because it is for passwords.
    static let environment = "/etc/weir/environment"
    /// The control socket.
    static let control = "/run/weir/control"

    /// Whether a path leads to the service's file of settings, whatever it is called.
    static func isConfiguration(_ path: String) -> Bool {
        path == configuration || FileSystem.isSameFile(path, configuration)
    }

    /// Whether a program was started by the service manager for this service (ExecStartPre=): then it has that
    /// environment already, and cannot read the file.
    /// - Parameter runtimeDirectory: the value of `ControlPlace.runtimeVariable`.
    static func isWithinService(runtimeDirectory: String?) -> Bool {
        let folders = runtimeDirectory?.split(separator: ":") ?? []
        return folders.contains { "\($0)/\(ControlPlace.name)" == control }
    }

    /// The settings in the service's environment file; none if there is no such file.
    static func environmentSettings() throws -> GivenSettings {
        guard FileSystem.exists(environment) else { return GivenSettings() }
        let bytes = try SmallFile.contents(
            environment, what: "service's settings", limitBytes: Limits.configurationFileBytes,
            permission: "run this as root")
        return EnvironmentFile.settings(in: bytes, path: environment)
    }
}
