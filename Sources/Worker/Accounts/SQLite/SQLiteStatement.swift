// One prepared statement: values in, rows out.
//
// Unsafe use: only this value has the handle, from prepare to finalize. SQLite copies bound values
// before a call returns (SQLITE_TRANSIENT). The contents of a column are copied before anything else is
// called. A row cannot outlive the closure that reads it.

import CSQLite

/// A value for a parameter.
enum SQLiteValue {
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    case null

    /// Times and figures. A number too large for SQLite becomes its largest.
    static func figure(_ value: some BinaryInteger) -> SQLiteValue {
        .integer(Int64(clamping: value))
    }
}

@safe
struct SQLiteStatement: ~Copyable {
    private let handle: OpaquePointer

    /// Takes ownership.
    init(owning handle: OpaquePointer) {
        unsafe self.handle = unsafe handle
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    /// Returns a result code of SQLite.
    borrowing func bind(_ values: [SQLiteValue]) -> Int32 {
        for (index, value) in values.enumerated() {
            let code = bind(value, at: Int32(index + 1))
            if code != SQLITE_OK { return code }
        }
        return SQLITE_OK
    }

    private borrowing func bind(_ value: SQLiteValue, at position: Int32) -> Int32 {
        let copies = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .integer(let integer):
            return unsafe sqlite3_bind_int64(handle, position, integer)
        case .text(let text):
            // With its length, so that no character is special.
            return unsafe text.withCString { pointer in
                unsafe sqlite3_bind_text(
                    handle, position, pointer, Int32(clamping: text.utf8.count), copies)
            }
        case .blob(let bytes):
            return unsafe bytes.withUnsafeBytes { buffer in
                unsafe sqlite3_bind_blob(
                    handle, position, buffer.baseAddress, Int32(clamping: buffer.count), copies)
            }
        case .null:
            return unsafe sqlite3_bind_null(handle, position)
        }
    }

    /// Returns ROW, DONE or the code of an error.
    borrowing func step() -> Int32 { unsafe sqlite3_step(handle) }

    /// The row that the last `step` reached; valid until the next call of this statement.
    borrowing func withRow<Answer>(
        _ read: (borrowing SQLiteRow) throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        try unsafe read(SQLiteRow(handle: handle))
    }

    /// Ends the execution, and forgets the values, including secrets.
    borrowing func reset() {
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
    }
}

/// A row of an answer. A column without the form that Weir gave it is damage: `.unusable`.
@safe
struct SQLiteRow: ~Copyable {
    private let handle: OpaquePointer

    fileprivate init(handle: OpaquePointer) {
        unsafe self.handle = unsafe handle
    }

    borrowing func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    borrowing func integer(_ column: Int32) -> Int64 {
        unsafe sqlite3_column_int64(handle, column)
    }

    /// Never negative in what Weir wrote.
    borrowing func figure(_ column: Int32) -> UInt64 { UInt64(clamping: integer(column)) }

    borrowing func text(_ column: Int32) -> String {
        guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe String(
            decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    borrowing func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Errors: `.unusable` when there are not exactly `count` bytes.
    borrowing func bytes(_ column: Int32, count: Int) throws(StoreError) -> [UInt8] {
        let start = unsafe sqlite3_column_blob(handle, column)
        guard unsafe sqlite3_column_bytes(handle, column) == Int32(clamping: count),
            let start = unsafe start
        else {
            throw .unusable(reason: "the file of accounts is damaged: an id has a wrong length")
        }
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
