// `weir kick`: ends a broadcast. A worker does it, because only workers know the streams.

import ArgumentParser
import Glibc
import LinuxIO
import Settings
import Text

struct Kick: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kick",
        abstract: "Ends a broadcast.",
        discussion: """
            Its publisher is cut off, and its viewers get what is left and then the end, as if the \
            publisher had stopped. The publisher may begin another broadcast at once; to keep \
            somebody away, see weir user disable.

            """ + ControlFlags.discussion)

    @Argument(help: ArgumentHelp("The broadcast's name.", valueName: "NAME"))
    var name: String
    @OptionGroup var control: ControlFlags

    func run() throws {
        let isPlain = name.allSatisfy { character in
            let isWord = character.isLetter || character.isNumber || "-_".contains(character)
            return character.isASCII && isWord
        }
        guard isPlain, !name.isEmpty else {
            throw SettingsError("\(Quoted.text(name)) cannot be the name of a broadcast")
        }
        let client = try ControlClient.find(control)
        guard let answer = try client.http("POST", "/kick/\(name)") else {
            throw StartError(message: "no worker answers; weir status shows what they do")
        }
        guard answer.status == 200 else {
            let title = answer.body["title"]?.string ?? "status \(answer.status)"
            throw StartError(message: "\(title.printable) (\(Quoted.printable(name)))")
        }
        client.tellSettingsFault()
        Terminal.write("the broadcast \(name) has been ended\n", to: STDOUT_FILENO)
    }
}
