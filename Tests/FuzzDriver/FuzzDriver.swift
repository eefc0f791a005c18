// What the targets in Tests/Fuzz have in common: the fuzzer's driver calls a function of theirs with one
// input after the other, until its time is over or the function traps.
//
// Unsafe: the driver has one thread, which sets the function before it begins; an input is copied.

import Glibc

nonisolated(unsafe) private var test: ([UInt8]) -> Void = { _ in }

/// Reads the options of the command line, and calls `test` with inputs.
public func fuzz(_ test: @escaping ([UInt8]) -> Void) -> Never {
    FuzzDriver.test = test
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    exit(runDriver(&count, &arguments, testOne))
}

/// The name that the fuzzer's own main, which is linked but not run, asks for.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    test([UInt8](UnsafeBufferPointer(start: start, count: count)))
    return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
