// What the account page shows. All times are wall clock, in milliseconds since 1970.

package struct AccountPage: Sendable {
    package struct Session: Sendable {
        /// What the form that ends it sends: lower-case hexadecimal digits.
        let id: String
        let createdAtMs: UInt64
        let lastSeenAtMs: UInt64
        let address: String
        let userAgent: String
        let isCurrent: Bool

        package init(
            id: String, createdAtMs: UInt64, lastSeenAtMs: UInt64, address: String,
            userAgent: String, isCurrent: Bool
        ) {
            self.id = id
            self.createdAtMs = createdAtMs
            self.lastSeenAtMs = lastSeenAtMs
            self.address = address
            self.userAgent = userAgent
            self.isCurrent = isCurrent
        }
    }

    package struct Broadcast: Sendable {
        let startedAtMs: UInt64
        let durationMs: UInt64
        let bytes: UInt64
        let peakViewers: Int

        package init(startedAtMs: UInt64, durationMs: UInt64, bytes: UInt64, peakViewers: Int) {
            self.startedAtMs = startedAtMs
            self.durationMs = durationMs
            self.bytes = bytes
            self.peakViewers = peakViewers
        }
    }

    /// What the channel says of itself.
    package struct Channel: Sendable {
        package struct Link: Sendable {
            package let label: String
            package let address: String

            package init(label: String, address: String) {
                self.label = label
                self.address = address
            }
        }

        /// How many rows the form has.
        package static let mostLinks = 5

        package let displayName: String
        package let line: String
        package let links: [Link]
        /// Nil when there is no picture.
        package let pictureURL: String?

        package init(displayName: String, line: String, links: [Link], pictureURL: String?) {
            self.displayName = displayName
            self.line = line
            self.links = links
            self.pictureURL = pictureURL
        }

        /// The same with the picture of `other`.
        package func with(pictureOf other: Channel) -> Channel {
            Channel(
                displayName: displayName, line: line, links: links, pictureURL: other.pictureURL)
        }

        package static let silent = Channel(
            displayName: "", line: "", links: [], pictureURL: nil)
    }

    /// The forms of the page that can come back with a fault.
    package enum Form: Sendable {
        /// Fields `displayName`, `line`, `links`.
        case channel
        /// Fields `currentPassword`, `newPassword`.
        case password
        case streamKey
        case sessions
        /// Field `password`.
        case deletion
    }

    package struct Fault: Sendable {
        let form: Form
        let fault: FormFault

        package init(form: Form, fault: FormFault) {
            self.form = form
            self.fault = fault
        }
    }

    /// What has just been done, as the address of the page names it after a form
    /// (`/account?done=password-changed`).
    package enum Done: String, Sendable {
        case profileSaved = "profile-saved"
        case passwordChanged = "password-changed"
        case keyRemoved = "key-removed"
        case sessionEnded = "session-ended"
        case othersEnded = "others-ended"

        package func notice(_ words: Words) -> String {
            switch self {
            case .profileSaved: words("account.done.profile-saved")
            case .passwordChanged: words("account.done.password-changed")
            case .keyRemoved: words("account.done.key-removed")
            case .sessionEnded: words("account.done.session-ended")
            case .othersEnded: words("account.done.others-ended")
            }
        }
    }

    package let name: String
    package let createdAtMs: UInt64
    /// What the browser calls this server: "https://host:port".
    package let origin: String
    /// In the order in which they are shown.
    package let sessions: [Session]
    /// Nil when there is no stream key.
    package let streamKeyCreatedAtMs: UInt64?
    /// The key itself, in the one answer that shows it.
    package var newStreamKey: String?
    /// The newest first.
    package let broadcasts: [Broadcast]
    package var channel: Channel
    /// Something that has just been done, in a sentence.
    package var notice: String?
    package var fault: Fault?
    package let nowMs: UInt64

    package init(
        name: String, createdAtMs: UInt64, origin: String, sessions: [Session],
        streamKeyCreatedAtMs: UInt64?, newStreamKey: String? = nil, broadcasts: [Broadcast],
        channel: Channel = .silent, notice: String? = nil, fault: Fault? = nil, nowMs: UInt64
    ) {
        self.name = name
        self.createdAtMs = createdAtMs
        self.origin = origin
        self.sessions = sessions
        self.streamKeyCreatedAtMs = streamKeyCreatedAtMs
        self.newStreamKey = newStreamKey
        self.broadcasts = broadcasts
        self.channel = channel
        self.notice = notice
        self.fault = fault
        self.nowMs = nowMs
    }
}
