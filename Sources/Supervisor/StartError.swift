// Why Weir does not start, in words for the person who started it.

/// Ends the start: the command line prints the message as one line and exits with the code.
struct StartError: Error, Equatable {
    /// The cause and the remedy, one line, without a program name or a full stop.
    let message: String
    /// 2 for wrong usage, 1 for everything else.
    let exitCode: Int32

    init(message: String, exitCode: Int32 = 1) {
        self.message = message
        self.exitCode = exitCode
    }
}
