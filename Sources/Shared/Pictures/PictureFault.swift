// Why a picture is not taken.

package struct PictureFault: Error, Equatable, Sendable {
    /// For the person who sent it.
    package let sentence: String
    /// The same as a part of a sentence, without a full stop.
    package var clause: String { sentence.prefix(1).lowercased() + sentence.dropFirst().dropLast() }

    init(_ sentence: String) { self.sentence = sentence }

    static let cutOff = PictureFault("It is cut off.")
    static let empty = PictureFault("It has no picture.")
    static let followed = PictureFault("Something follows its end.")
    static let damaged = PictureFault("A part of it is damaged.")
}
