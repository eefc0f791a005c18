// What owners say of their channel: of their broadcasts, and of themselves.

import Channel

extension AccountService {
    /// For the broadcast that is on, and for those that come. Errors: `.tooManyChanges`, `.notFound`.
    package func setWords(
        _ words: BroadcastWords, of account: Account
    ) throws(AccountError) {
        try change(account) { store throws(StoreError) in
            try store.setWords(words, of: account.id)
        }
    }

    /// Errors: `.tooManyChanges`, `.notFound`.
    package func setProfile(_ profile: Profile, of account: Account) throws(AccountError) {
        try change(account) { store throws(StoreError) in
            try store.setProfile(profile, of: account.id)
        }
    }

    /// The newest comes first.
    package func broadcasts(
        of account: Account, limit: Int
    ) throws(AccountError) -> [BroadcastRecord] {
        try ask { store throws(StoreError) in
            try store.broadcasts(of: account.id, limit: limit)
        }
    }

    /// Nil removes it. Errors: `.tooManyChanges`, `.notFound`.
    package func setPicture(
        _ picture: PictureRecord?, of account: Account
    ) throws(AccountError) {
        try change(account) { store throws(StoreError) in
            try store.setPicture(picture, of: account.id)
        }
    }

    /// Nil when there is none.
    package func picture(of account: Account) throws(AccountError) -> PictureRecord? {
        try ask { store throws(StoreError) in try store.picture(of: account.id) }
    }

    private func change(
        _ account: Account, _ set: (any AccountStore) throws(StoreError) -> Bool
    ) throws(AccountError) {
        try attemptLimits().countChange(AttemptPolicy.channelChanges(of: account.name))
        guard try ask(set) else { throw .notFound }
    }
}
