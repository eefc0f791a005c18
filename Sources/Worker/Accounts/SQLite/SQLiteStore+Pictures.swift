// Pictures of users in SQLite.

import Channel

extension SQLiteStore {
    package func setPicture(
        _ picture: PictureRecord?, of user: UserID
    ) throws(StoreError) -> Bool {
        try write { connection throws(StoreError) in
            let isThere =
                try connection.execute(
                    "UPDATE users SET picture = ? WHERE id = ?",
                    [picture.map { .text($0.tag.text) } ?? .null, .blob(user.bytes)]) == 1
            guard isThere else { return false }
            guard let picture else {
                try connection.execute("DELETE FROM pictures WHERE user = ?", [.blob(user.bytes)])
                return true
            }
            try connection.execute(
                """
                INSERT INTO pictures (user, type, bytes) VALUES (?, ?, ?)
                ON CONFLICT (user) DO UPDATE SET type = excluded.type, bytes = excluded.bytes
                """,
                [
                    .blob(user.bytes), .text(picture.format.contentType), .blob(picture.bytes),
                ])
            return true
        }
    }

    package func picture(of user: UserID) throws(StoreError) -> PictureRecord? {
        try read { connection throws(StoreError) in
            try connection.rows(
                "SELECT type, bytes FROM pictures WHERE user = ?", [.blob(user.bytes)]
            ) { row throws(StoreError) in
                PictureRecord(contentType: row.text(0), bytes: row.bytes(1))
            }.first
        }
    }
}
