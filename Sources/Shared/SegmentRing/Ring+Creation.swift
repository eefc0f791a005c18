// Making a ring file: complete and locked under a temporary name first, then renamed. Nobody ever
// sees a half-made ring, and its creator is its writer from the first moment.
//
// The temporary name is fixed, and the lock of that file allows one creator at a time. What a
// killed creator left behind is emptied and reused by the next, so nothing piles up.
//
// The only unsafe constructs are strings handed to system calls, which do not keep them.

import CLinux
import Glibc
import LinuxIO

extension Ring {
    /// The suffix of a ring's name while it is being made.
    package static let temporarySuffix = ".new"

    /// Creates a ring and returns its writer.
    ///
    /// - Parameters:
    ///   - path: its directory exists.
    ///   - initialization: what every viewer gets first; at most `initializationBytes`.
    ///   - baseOrdinals: the numbers with which it begins.
    ///   - state: the first state of the writer; at most `stateBytes`.
    ///   - slot: the worker's slot, published as `RingSlots.writer`.
    ///   - prepare: sets words of the ring's owner before anybody else sees them.
    ///   - replacing: whether an existing file of that name is replaced, atomically. Its lease is then
    ///     the caller's, so that two creators cannot replace each other's.
    ///   - replacedPath: another name, on the same file system, that a replaced ring keeps. It is for
    ///     the caller to remove it when nobody uses that ring (see `FileLock.isUsed`).
    ///   - reserve: how many bytes have to stay free on a disk.
    /// Errors: `noSpace`, `missing` (the directory), `busy`, `exists`, `initializationTooLarge`,
    /// `stateTooLarge`, `invalid` (something else has the temporary name), `system`. Then an existing
    /// file is still there.
    package static func create(
        path: String, geometry: RingGeometry, initialization: [UInt8],
        baseOrdinals: RingOrdinals = .first, state: [UInt8], slot: Int? = nil,
        prepare: (OwnerWords) -> Void = { _ in }, replacing: Bool = true,
        keepingReplacedAs replacedPath: String? = nil, reserve: (DiskSpace) -> UInt64 = { _ in 0 }
    ) throws(RingError) -> RingWriter {
        guard initialization.count <= geometry.initializationBytes else {
            throw .initializationTooLarge(bytes: initialization.count)
        }
        guard state.count <= geometry.stateBytes else {
            throw .stateTooLarge(bytes: state.count)
        }
        let temporary = path + temporarySuffix
        let lease = try openTemporary(temporary)
        do throws(RingError) {
            // The creator of this ring holds the temporary file's lock while looking, so nobody can
            // slip in between the look and the rename.
            if !replacing, (try? FileIdentity.of(path: path)) != nil { throw .exists }
            let layout = RingLayout(geometry)
            try checkRoom(lease, for: layout.fileBytes, reserve)
            try allocate(lease, bytes: layout.fileBytes)
            // Others may have made rings at the same moment.
            try checkRoom(lease, for: 0, reserve)
            let mapping = try RingMapping(lease, layout, .writer)
            fill(
                mapping, initialization: initialization, baseOrdinals: baseOrdinals, state: state)
            prepare(OwnerWords(mapping))
            let recovery = try RingRecovery(mapping)
            let ring = try Ring(lease, path: path)
            // There may be no ring to keep, or no way to keep it: then it is gone with its name.
            if let replacedPath { try? FileSystem.link(path, as: replacedPath) }
            guard unsafe rename(temporary, path) == 0 else {
                let error = RingError(opening: .last("rename"))
                if let replacedPath { _ = unsafe unlink(replacedPath) }
                throw error
            }
            return RingWriter(
                ring: ring, lease: lease, mapping: mapping, recovery: recovery, slot: slot)
        } catch {
            // Still locked, so nobody else has begun to use the name.
            _ = unsafe unlink(temporary)
            throw error
        }
    }

    /// Opens the temporary file empty and locked.
    private static func openTemporary(_ path: String) throws(RingError) -> Descriptor {
        // Its last user may rename or remove it between our open and our lock: then try anew. Each
        // such round is one ring that somebody else has finished.
        for _ in 0..<100 {
            let descriptor = try createFile(path)
            let locked = try lock(descriptor)
            let file = try FileIdentity.of(descriptor)
            guard let named = try? FileIdentity.of(path: path), named.isSameFile(as: file) else {
                continue
            }
            guard file.isRegular else { throw .invalid("the temporary file is not regular") }
            guard locked else { throw .busy }
            let raw = descriptor.raw
            do {
                try systemCall("ftruncate") { ftruncate(raw, 0) }
            } catch {
                throw RingError(error)
            }
            return descriptor
        }
        throw .busy
    }

    private static func createFile(_ path: String) throws(RingError) -> Descriptor {
        do {
            let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
            return Descriptor(
                owning: try systemCall("open") { unsafe Glibc.open(path, flags, 0o600) })
        } catch {
            throw RingError(opening: error)
        }
    }

    private static func checkRoom(
        _ descriptor: borrowing Descriptor, for bytes: Int, _ reserve: (DiskSpace) -> UInt64
    ) throws(RingError) {
        guard let disk = try? DiskSpace(of: descriptor) else { return }
        guard disk.freeBytes >= UInt64(bytes) + reserve(disk) else { throw .noSpace }
    }

    private static func allocate(_ descriptor: borrowing Descriptor, bytes: Int) throws(RingError) {
        let code = weir_allocate_file(descriptor.raw, UInt64(bytes))
        if code != 0 { throw RingError(SystemError(code: code, call: "posix_fallocate")) }
    }

    /// Writes what a fresh ring has beyond zeros.
    private static func fill(
        _ mapping: RingMapping, initialization: [UInt8], baseOrdinals: RingOrdinals,
        state: [UInt8]
    ) {
        var random = SystemRandomNumberGenerator()
        let header = RingHeader(
            geometry: mapping.layout.geometry, epoch: random.next(),
            created: RingBirth(
                wallClockMs: WallClock.nowMs(), bootMs: BootClock.nowMs(),
                bootID: BootClock.bootID),
            baseOrdinals: baseOrdinals, initialization: initialization)
        mapping.copyIn(header.encoded(), at: RingLayout.header)
        mapping.copyIn(initialization, at: RingLayout.initialization)
        mapping.word(RingLayout.attempt).store(1)
        RingSnapshot(version: 1, entryHead: 0, head: 0, kind: .suspend, state: state, carry: [])
            .write(to: mapping)
    }
}
