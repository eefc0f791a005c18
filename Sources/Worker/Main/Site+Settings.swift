// The face of this server as its settings give it, with the logo as the supervisor read it.

import ControlChannel
import LinuxIO
import Settings
import Web

extension Site {
    init(_ settings: Settings, logo: [UInt8]) {
        self.init(
            name: settings.siteName, text: settings.siteText, signUpText: settings.signUpText,
            accent: settings.siteAccent,
            logo: LogoType(logo).map { Logo(type: $0.rawValue, bytes: logo) })
    }

    /// Errors: those of reading what was inherited.
    init(_ launch: WorkerLaunch, _ settings: Settings) throws(SystemError) {
        let logo = try MemoryFile.contents(
            of: try Descriptor(inherited: launch.logoDescriptor), limitBytes: Limits.logoFileBytes)
        self.init(settings, logo: logo)
    }
}
