// The version of this build, the same in both executables.

package enum Version {
    /// Semantic version, see CHANGELOG.md.
    package static let current = "0.1.0"
}
