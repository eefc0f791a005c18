// The face of this server as its settings give it, with the logo as the supervisor has checked it.

import ControlChannel
import LinuxIO
import Pictures
import Settings
import Web

extension Site {
    init(_ settings: Settings, logo: [UInt8]) {
        self.init(
            name: settings.siteName, text: settings.siteText, signUpText: settings.signUpText,
            accent: settings.siteAccent,
            logo: (try? Picture(checking: logo, edgePixels: Limits.logoPixels)).map { Logo($0) })
    }

    /// Errors: those of reading what was inherited.
    init(_ launch: WorkerLaunch, _ settings: Settings) throws(SystemError) {
        let logo = try MemoryFile.contents(
            of: try Descriptor(inherited: launch.logoDescriptor), limitBytes: Limits.logoFileBytes)
        self.init(settings, logo: logo)
    }
}

extension Site.Logo {
    fileprivate init(_ picture: Picture) {
        let type =
            switch picture.format {
            case .jpeg: "jpeg"
            case .png: "png"
            case .webP: "webp"
            }
        self.init(
            type: type, bytes: picture.bytes, size: (picture.size.width, picture.size.height))
    }
}
