// Starts workers, and is the one place that decides what a worker inherits.

import ControlChannel
import Glibc
import LinuxIO
import Settings

final class WorkerSpawner {
    /// Signals of the supervisor. They stay blocked in workers, which obey only the control
    /// channel: Ctrl-C in a terminal goes to the whole process group, and the supervisor has to
    /// decide what it means.
    static let blockedSignals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2]

    let shared: SharedFiles
    private let program: String
    /// The program as it was at the start. When another build is installed under its name, workers that
    /// die until the upgrade are replaced by workers of this build.
    private let executable: Descriptor
    /// What workers find in their environment beside what is in weir's.
    private let variables: [String]

    /// - Parameter program: the path of weir-worker.
    /// Errors: ENOENT, EACCES.
    init(shared: SharedFiles, program: String) throws(SystemError) {
        variables = Self.workerVariables.map { "\($0.name)=\($0.value)" }
        self.shared = shared
        self.program = program
        executable = Descriptor(
            owning: try systemCall("open") { unsafe open(program, O_RDONLY | O_CLOEXEC) })
    }

    /// Starts a worker of a generation, with `control` as its end of the control channel.
    /// Errors: those of posix_spawn.
    func spawn(
        _ role: WorkerRole, of generation: Generation, slot: Int, control: ControlSocket
    ) throws(SystemError) -> SpawnedProcess {
        let files = generation.files
        let inherited =
            [
                control.raw, files.settings.raw, files.certificate.raw, files.key.raw,
                files.logo.raw,
                shared.counters.descriptor.raw, shared.boardForWorkers,
            ] + shared.doorbellDescriptors
        let first = SpawnedProcess.firstInherited
        let launch = WorkerLaunch(
            slot: slot, generation: generation.number, role: role, controlDescriptor: first,
            settingsDescriptor: first + 1, certificateDescriptor: first + 2,
            keyDescriptor: first + 3, logoDescriptor: first + 4, countersDescriptor: first + 5,
            boardDescriptor: first + 6, firstDoorbellDescriptor: first + 7)
        do {
            return try SpawnedProcess(
                path: program, executable: "/proc/\(getpid())/fd/\(executable.raw)",
                arguments: launch.arguments, variables: variables, inherited: inherited,
                blockedSignals: Self.blockedSignals)
        } catch  where error.code == EACCES || error.code == ENOENT {
            // Without /proc, or without the right to look into it (a program with capabilities of its
            // own), the name has to do.
            return try SpawnedProcess(
                path: program, arguments: launch.arguments, variables: variables,
                inherited: inherited, blockedSignals: Self.blockedSignals)
        }
    }

    /// What weir-worker is to find in its environment, unless weir was given something else. It is not
    /// weir's own: a program that takes over in an upgrade inherits that, and may want other values.
    ///
    /// libmongoc shares its counters in /dev/shm/mongoc-PID from the moment it is loaded, whether
    /// MongoDB is used or not. Nobody reads them, a process that is killed leaves them there for ever,
    /// and a later one of the same number warns about them on standard error.
    ///
    /// The C library keeps a few freed blocks of each size at hand for each thread, seven unless it is
    /// told otherwise. A TLS handshake frees eight hundred, and costs 2 % less with more of them. In the
    /// worst case, a thread keeps 1 MiB so.
    static var workerVariables: [(name: String, value: String)] {
        [
            ("MONGOC_DISABLE_SHM", "1"), ("GLIBC_TUNABLES", "glibc.malloc.tcache_count=32"),
        ].filter { Environment.value($0.0) == nil }
    }

    /// Where weir-worker is: beside this program, unless the environment says WEIR_WORKER (for tests).
    ///
    /// Unsafe: getenv's answer is copied at once, readlink gets the size of its buffer.
    static func findProgram() throws(StartError) -> String {
        if let override = unsafe getenv("WEIR_WORKER") { return unsafe String(cString: override) }
        let own = try ownProgram()
        return own[...(own.lastIndex(of: "/") ?? own.startIndex)] + "weir-worker"
    }

    /// Where this program is. Asked at the start: later, another file may have its name.
    ///
    /// Unsafe: readlink gets the size of its buffer.
    static func ownProgram() throws(StartError) -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = unsafe readlink("/proc/self/exe", &path, path.count)
        guard length > 0, length < path.count else {
            throw StartError(message: "cannot find out where weir is installed; is /proc mounted?")
        }
        return String(
            decoding: path[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
