// The `weir` executable: the command line, and behind `weir serve` the supervisor process.

import Glibc

exit(Main.run(arguments: Array(CommandLine.arguments.dropFirst())))
