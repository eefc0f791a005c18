// Whether Weir can run on this machine at all.

import LinuxIO

enum MachineCheck {
    /// Rings and counters are mapped in pages, and their layout is a file format. Some kernels for arm64 have
    /// larger ones.
    /// - Parameter pageBytes: the page size of the kernel.
    static func check(pageBytes: Int = Mapping.pageBytes) throws(StartError) {
        guard pageBytes != Mapping.expectedPageBytes else { return }
        throw StartError(
            message: "this kernel has pages of \(pageBytes) bytes, and Weir needs "
                + "\(Mapping.expectedPageBytes); boot a kernel that has them, as most do")
    }
}
