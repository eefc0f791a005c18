// Turns this process into the weir-worker that does the work of `weir user`. It keeps the terminal,
// the working directory and the environment. The location of the accounts goes along in a sealed
// memory file, because it may hold a password and everybody can see arguments.
//
// Unsafe: execv gets strings and an array of ours, which live until it has failed; if it succeeds,
// this program is no more. setenv copies its strings; there is one thread, so nobody reads meanwhile.

import ControlChannel
import Glibc
import LinuxIO
import Settings

enum UserProgram {
    /// Returns only by throwing.
    static func become(_ verb: UserLaunch.Verb, _ name: String, _ flags: UserFlags) throws {
        guard !name.utf8.contains(0) else { throw SettingsError("a name holds no NUL") }
        let location = try flags.location()
        let program = try WorkerSpawner.findProgram()
        do throws(SystemError) {
            let file = try MemoryFile.sealed(
                name: "weir-accounts", contents: Array(location.text.utf8))
            // A duplicate stays open across execv.
            let raw = file.raw
            let inherited = Descriptor(owning: try systemCall("dup") { dup(raw) })
            let launch = UserLaunch(
                verb: verb, name: name, accountsDescriptor: inherited.raw)
            try execute(program, launch.arguments)
        } catch {
            throw StartError(
                message: "cannot run \(program): \(error.message); it belongs beside weir")
        }
    }

    /// Returns only by throwing.
    static func execute(_ program: String, _ arguments: [String]) throws(SystemError) {
        for (name, value) in WorkerSpawner.workerVariables { unsafe setenv(name, value, 1) }
        var strings = unsafe ([program] + arguments).map { unsafe strdup($0) }
        unsafe strings.append(nil)
        defer { unsafe strings.forEach { unsafe free($0) } }
        try systemCall("execv") { unsafe execv(program, strings) }
    }
}
