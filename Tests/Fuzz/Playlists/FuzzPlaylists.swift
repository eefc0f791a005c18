// Fuzzes what is read of a request for HLS or DASH: the name of a resource in its path, and the directives
// in its query. Hostile bytes must not trap; a name that is read is written again as the same bytes; the
// answer to a request never waits for what is there, and no change of the list turns an answer into a wait.
//
// An input is a path, a line feed, a query, a line feed, and then a byte for each number of the list's
// progress.
//
// Run it with the directory of the corpus:
//   FuzzPlaylists Tests/Fuzz/Playlists/Corpus -dict=Tests/Fuzz/Playlists/playlists.dict

import FuzzDriver

@testable import Media

@main
enum FuzzPlaylists {
    static func main() { fuzz(check) }
}

private func check(_ bytes: [UInt8]) {
    let lines = bytes.split(
        separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
    for root in ResourceName.Root.allCases { checkName(Array(lines[0]), in: root) }
    guard lines.count == 3 else { return }
    checkAnswers(Array(lines[1]), Array(lines[2]))
}

private func checkName(_ path: [UInt8], in root: ResourceName.Root) {
    guard let name = ResourceName(path.span, in: root) else { return }
    precondition(Array(name.text.utf8) == path, "a resource has one address")
}

private func checkAnswers(_ query: [UInt8], _ numbers: [UInt8]) {
    var rest = numbers.makeIterator()
    func next() -> UInt64 { UInt64(rest.next() ?? 0) }
    var progress = PlaylistProgress(
        nextSegment: next(), nextParts: next() % 16, lastParts: next() % 16,
        control: ServerControl(
            targetDurationMs: 4_000, partTargetMs: UInt32(next() * 10)),
        hasEnded: false)
    let directives = try? PlaylistDirectives(query: query.span)
    var isAnswered = false
    for change in numbers.dropFirst(4).prefix(64) {
        let answer = PlaylistAnswer(query: query.span, for: progress)
        switch answer {
        case .send(let form):
            precondition(directives != nil && form != .plain, "what is not understood is refused")
            precondition((form == .delta) == directives?.skips, "a delta is for those who ask")
            isAnswered = true
        case .wait(let segment, let part):
            precondition(!isAnswered, "what was there is there")
            precondition(segment == directives?.segment && part == directives?.part)
            precondition(
                part.map { !progress.has(part: $0, of: segment) } ?? !progress.has(
                    segment: segment),
                "nobody waits for what is there")
        case .badRequest: precondition(!isAnswered, "what was there is there")
        }
        if change % 2 == 0 {
            progress.nextParts += 1
        } else {
            progress.nextSegment += 1
            progress.lastParts = progress.nextParts
            progress.nextParts = 0
        }
    }
}
