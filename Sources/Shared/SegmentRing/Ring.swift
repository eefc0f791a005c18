// A ring file as one process sees it: opened, validated, mapped. All viewers of a stream in this
// process share one Ring. It belongs to the thread that opened it.
//
// Nothing that was read from the file is trusted: the immutable part is validated here once and
// kept in private memory, everything else is validated at each use.
//
// The only unsafe constructs are values handed to system calls, which do not keep them; `pread`
// gets the exact rest of a buffer that outlives the call.

import Glibc
import LinuxIO

package final class Ring {
    package let geometry: RingGeometry
    /// A random number that tells this ring from any other under the same name.
    package let epoch: UInt64
    /// For people: everything else in a ring is measured on its own clock (see Ring+Clock.swift).
    package let createdWallClockMs: UInt64
    package let createdBootMs: UInt64
    /// In which boot of the machine it was made.
    let bootID: UInt64
    /// The numbers that it begins with, as the ring that it replaced handed them on.
    package let baseOrdinals: RingOrdinals
    /// What every viewer gets first.
    package let initialization: [UInt8]

    let path: String
    let mapping: RingMapping
    private let identity: FileIdentity
    /// What readers can take at once.
    var foundEntries: FoundEntries?

    /// Opens the ring at `path` and maps it. Errors: `missing`, `otherVersion`, `invalid`, `system`.
    package static func open(path: String) throws(RingError) -> Ring {
        let descriptor = try openRegularFile(path)
        return try Ring(descriptor, path: path)
    }

    /// Validates and maps an open file. The descriptor is not needed afterwards.
    init(_ descriptor: borrowing Descriptor, path: String) throws(RingError) {
        let file = try FileIdentity.of(descriptor)
        guard file.isRegular else { throw .invalid("it is not a regular file") }
        let head = try readBytes(descriptor, at: RingLayout.header, count: RingHeader.bytes)
        let header = try RingHeader(decoding: head, fileBytes: file.bytes)
        initialization = try readBytes(
            descriptor, at: RingLayout.initialization, count: header.initializationLength)
        guard Checksum.crc32c(initialization) == header.initializationChecksum else {
            throw .invalid("the initialization's checksum is wrong")
        }
        // A replaced ring goes when nobody uses it any more; where that cannot be said, at once.
        try? FileLock.use(descriptor)
        mapping = try RingMapping(descriptor, RingLayout(header.geometry), .reader)
        geometry = header.geometry
        epoch = header.epoch
        createdWallClockMs = header.created.wallClockMs
        createdBootMs = header.created.bootMs
        bootID = header.created.bootID
        baseOrdinals = header.baseOrdinals
        identity = file
        self.path = path
    }

    /// What the file takes on disk.
    package var fileBytes: Int { mapping.layout.fileBytes }

    /// Whether the path still names this very file. While the ring is mapped its inode lives, so
    /// the number cannot have been given to another file.
    package var isCurrent: Bool {
        guard let named = try? FileIdentity.of(path: path) else { return false }
        return named.isSameFile(as: identity)
    }

    /// Unlinks the file if it is current. The caller holds the lease, or knows that nobody needs
    /// the file. Processes that have it mapped can go on reading.
    package func remove() {
        guard isCurrent else { return }
        _ = unsafe unlink(path)
    }

    /// Who writes, and who wants to be woken.
    package var slots: RingSlots { RingSlots(mapping) }

    /// What the ring's owner keeps with it. The words live as long as this value or the ring.
    package var ownerWords: OwnerWords { OwnerWords(mapping) }

    /// Becomes the writer, unless another RingWriter of this or any other process is: then nil.
    /// Repairs what a writer that was killed left behind, and sets the ring's clock going again if the
    /// machine was booted meanwhile.
    ///
    /// - Parameter slot: the worker's slot, published as `RingSlots.writer`.
    /// Errors: `missing` (no longer current), `invalid` (beyond repair; remove it), `system`.
    package func acquireWriter(slot: Int) throws(RingError) -> RingWriter? {
        // The lock belongs to the open file, so it needs one of its own.
        let descriptor = try openRegularFile(path)
        guard try FileIdentity.of(descriptor).isSameFile(as: identity) else { throw .missing }
        guard try lock(descriptor) else { return nil }
        // It may have been removed or replaced while we were locking it.
        guard isCurrent else { throw .missing }
        let writable = try RingMapping(descriptor, mapping.layout, .writer)
        let recovery = try RingRecovery(writable)
        continueClock()
        return RingWriter(
            ring: self, lease: descriptor, mapping: writable, recovery: recovery, slot: slot)
    }
}

/// Which file it is, and how large.
struct FileIdentity {
    private let device: dev_t
    private let inode: ino_t
    private let mode: mode_t
    let bytes: Int

    var isRegular: Bool { mode & S_IFMT == S_IFREG }

    func isSameFile(as other: FileIdentity) -> Bool {
        device == other.device && inode == other.inode
    }

    static func of(_ descriptor: borrowing Descriptor) throws(RingError) -> FileIdentity {
        var status = stat()
        guard unsafe fstat(descriptor.raw, &status) == 0 else { throw RingError(.last("fstat")) }
        return FileIdentity(status)
    }

    static func of(path: String) throws(RingError) -> FileIdentity {
        var status = stat()
        // Of the name itself: a link to a ring is not a ring.
        guard unsafe lstat(path, &status) == 0 else { throw RingError(.last("lstat")) }
        return FileIdentity(status)
    }

    private init(_ status: stat) {
        device = status.st_dev
        inode = status.st_ino
        mode = status.st_mode
        bytes = Int(status.st_size)
    }
}

/// Opens for reading and writing, never following a symbolic link, never waiting for a FIFO.
private func openRegularFile(_ path: String) throws(RingError) -> Descriptor {
    do {
        let raw = try systemCall("open") {
            unsafe Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        }
        return Descriptor(owning: raw)
    } catch {
        throw RingError(opening: error)
    }
}

private func readBytes(
    _ descriptor: borrowing Descriptor, at offset: Int, count: Int
) throws(RingError) -> [UInt8] {
    let raw = descriptor.raw
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
        let start = done
        let result = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe pread(
                raw, buffer.baseAddress?.advanced(by: start), count - start,
                off_t(offset + start))
        }
        if result == 0 { throw .invalid("the file is too short") }
        if result < 0 {
            let error = SystemError.last("pread")
            if error.code == EINTR { continue }
            throw RingError(error)
        }
        done += result
    }
    return bytes
}

/// Takes the lease; false when someone else has it.
func lock(_ descriptor: borrowing Descriptor) throws(RingError) -> Bool {
    do {
        return try FileLock.tryLock(descriptor)
    } catch {
        throw RingError(error)
    }
}
