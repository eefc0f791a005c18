// The environment as a source of settings.
//
// Unsafe: getenv and environ hand out pointers into the environment, which nothing in this process
// changes while the command line is read (one thread, before anything starts); texts are copied.

import Glibc
import Settings

enum Environment {
    /// Names the configuration file if --config is not given.
    static let configName = "WEIR_CONFIG"

    /// The value of a variable; nil when it is not set.
    static func value(_ name: String) -> String? {
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }

    /// Variables that look like misspelt settings, one sentence each. Other variables that start
    /// with WEIR_ are none of our business: container platforms make up such names.
    static func probableMistakes() -> [String] {
        let known = Setting.all.map(\.environmentName)
        return names().filter { $0.hasPrefix("WEIR_") && !known.contains($0) }.sorted()
            .compactMap { name in
                guard name != configName,
                    let nearest = Similarity.nearest(
                        to: name, among: known.map { $0.lowercased() })
                else { return nil }
                return """
                    the environment variable \(Quoted.printable(name)) is no setting; did you mean \
                    \(nearest.uppercased())?
                    """
            }
    }

    private static func names() -> [String] {
        var names: [String] = []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            unsafe names.append(String(String(cString: entry).prefix { $0 != "=" }))
            unsafe next += 1
        }
        return names
    }
}
