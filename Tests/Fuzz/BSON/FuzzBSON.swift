// Fuzzes the reader of BSON: hostile bytes must not trap, nesting and size are bounded, what is read is
// the same when it has been written and read again, and so are the records that stores make of it.
//
// Run it with the directory of the corpus:
//   FuzzBSON Tests/Fuzz/BSON/Corpus -max_total_time=30

import FuzzDriver

@testable import Accounts

@main
enum FuzzBSON {
    static func main() { fuzz(check) }
}

private func check(_ bytes: [UInt8]) {
    guard let document = try? BSONDocument(decoding: bytes) else { return }
    let written = document.encoded()
    // Names of an array's values may be left out by others (2 bytes each), and are written by us.
    precondition(written.count <= 8 * bytes.count, "a document grows when it is written")
    guard let again = try? BSONDocument(decoding: written) else {
        fatalError("what was written cannot be read")
    }
    // Compared as bytes, for a NaN equals nothing.
    precondition(again.encoded() == written, "writing and reading changes the document")
    use(.document(document), depth: 0)
}

/// Every way in which a store looks at a value.
private func use(_ value: BSONValue, depth: Int) {
    precondition(depth <= 120, "nesting has no end")
    _ = (value.integer, value.unsigned, value.dateMs, value.isTrue, value.string, value.objectID)
    for inner in value.array ?? [] { use(inner, depth: depth + 1) }
    guard let document = value.document else { return }
    checkRecords(document)
    for field in document.fields { use(field.value, depth: depth + 1) }
}

/// What a store makes of a document says the same when it is stored again.
private func checkRecords(_ document: BSONDocument) {
    if let user = UserRecord(document) {
        precondition(UserRecord(user.document) == user, "a user changes")
    }
    if let session = SessionRecord(document) {
        precondition(SessionRecord(session.document) == session, "a session changes")
    }
    if let broadcast = BroadcastRecord(document) {
        precondition(BroadcastRecord(broadcast.document) == broadcast, "a broadcast changes")
    }
    let reason = MongoFailure(refusal: document).reason
    precondition(!reason.utf8.contains { $0 < 0x20 }, "a reason of many lines")
}
