// Fuzzes what crosses the border between supervisor and workers. Whatever comes in, decoding answers
// with a message or an error; and what it takes for a message is exactly the message's one encoding.

import ControlChannel
import FuzzDriver

@main
enum FuzzControlChannel {
    static func main() { fuzz(check) }
}

private func check(_ input: [UInt8]) {
    decode(input)
    // Most inputs have the wrong length; give the fields behind that check a chance too.
    let missing = max(0, ControlDatagram.byteCount - input.count)
    decode(Array(input.prefix(ControlDatagram.byteCount)) + [UInt8](repeating: 0, count: missing))
    launch(input)
}

private func decode(_ datagram: [UInt8]) {
    if let message = try? ToWorker(decoding: datagram) {
        precondition(message.encoded() == datagram, "a message has one encoding")
    }
    if let message = try? ToSupervisor(decoding: datagram) {
        precondition(message.encoded() == datagram, "a message has one encoding")
    }
}

/// The input as arguments of weir-worker, one a line.
private func launch(_ input: [UInt8]) {
    let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false)
    let arguments = lines.map { String(decoding: $0, as: UTF8.self) }
    guard let launch = try? WorkerLaunch(arguments: arguments) else { return }
    let again = try? WorkerLaunch(arguments: launch.arguments)
    precondition(again == launch, "what was understood is said the same way")
}
