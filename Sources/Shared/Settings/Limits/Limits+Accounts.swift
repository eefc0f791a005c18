// Limits: accounts. See Limits.swift.

extension Limits {
    /// Account: characters (Unicode scalars) of a password.
    package static let passwordCharacters = 8...256
    /// Request: the body of a request about accounts: the longest description, in any script.
    package static let accountBodyBytes = 48 * 1024
    /// Account: Argon2id with OWASP's second parameter set: memory in KiB, passes, lanes.
    package static let passwordMemoryKiB: UInt32 = 19_456
    package static let passwordPasses: UInt32 = 2
    package static let passwordLanes: UInt32 = 1
    /// Account: the most expensive stored hash that is verified, in case somebody has tampered with
    /// the store.
    package static let passwordMemoryMostKiB: UInt32 = 256 * 1024
    package static let passwordPassesMost: UInt32 = 16
    package static let passwordLanesMost: UInt32 = 8
    /// Worker: threads of one worker that look into the store.
    package static let accountThreads = 4
    /// Worker: threads of one worker that hash passwords.
    package static let passwordThreads = 2
    /// Worker: how many jobs may wait for each kind of thread.
    package static let accountQueue = 512
    package static let passwordQueue = 64
    /// Client: how many of the former one client may have in one worker, waiting or being worked
    /// on.
    package static let accountQuestionsPerClient = 64
    /// Client: how many passwords of one client wait or are hashed in one worker, one at a time.
    /// Only the first of them takes a place in the common queue.
    package static let passwordHashesPerClient = 16
    /// Request: a request about accounts is answered within this time, if only with 503.
    package static let accountAnswerMs: UInt64 = 5_000
    /// Worker: one operation of a store. A MongoDB operation may be tried twice.
    package static let storeOperationMs: UInt64 = 2_000
    /// Worker: how long a client waits before it asks a store again that did not answer.
    package static let storeRetryMs: UInt64 = 2_000
    /// Worker: how often a worker asks the store for a sign of life.
    package static let storeCheckMs: UInt64 = 2_000
    /// Worker: when somebody has written to a file of accounts, it is checked if it is no larger
    /// than this; that takes a fraction of `accountAnswerMs`.
    package static let accountsFileLookedOverBytes = 64 * 1024 * 1024
    /// Worker: how often expired entries are removed from it.
    package static let storeSweepMs: UInt64 = 600_000
    /// Account: a session ends when it has not been used for this long, and a browser forgets its
    /// cookie.
    package static let sessionMs: UInt64 = 30 * 86_400_000
    /// Account: a session in use is prolonged this often.
    package static let sessionTouchMs: UInt64 = 3_600_000
    /// Account: sessions of one user; beyond that, the oldest ends.
    package static let sessionsPerUser = 50
    /// Account: how much is kept of the name that a browser gives itself.
    package static let userAgentBytes = 256
    /// Account: how many broadcasts of one user are remembered.
    package static let broadcastsPerUser = 100
    /// Client: failed attempts to sign in within the window: from one client at one name, which is
    /// somebody who has forgotten a password, and no more,
    package static let attemptsPerNameAndAddress = 10
    /// from one client at all names,
    package static let attemptsPerAddress = 100
    /// and at one name from all clients that are strangers to it: so many that it takes thirty networks
    /// to keep other strangers out, and too few to guess a password by.
    package static let attemptsPerName = 300
    /// Name: the same for a browser that has signed in to that account before,
    package static let attemptsPerDevice = 10
    /// and for a signed-in user who confirms a change, in one session.
    package static let attemptsPerSession = 10
    package static let attemptWindowMs: UInt64 = 15 * 60_000
    /// Client: sign-ins of one client to one name within the window that succeed: each costs a hash.
    package static let signInsPerNameAndAddress = 60
    /// Client: a network from which somebody has signed in to an account is known to it for this long.
    package static let knownNetworkMs: UInt64 = 90 * 86_400_000
    /// Account: a browser that has signed in is known for this long (browsers keep no cookie for more
    /// than 400 days).
    package static let knownDeviceMs: UInt64 = 365 * 86_400_000
    /// Account: changes of one account that all workers must be told of, within their window.
    package static let streamKeysPerName = 20
    package static let passwordChangesPerName = 20
    package static let accountChangeWindowMs: UInt64 = 3_600_000
    /// Client: attempts to sign up from one client within the window: a class or a LAN party behind
    /// one address, and no more.
    package static let signUpsPerAddress = 60
    package static let signUpWindowMs: UInt64 = 3_600_000
    /// Worker: how many exceeded counts a process remembers; beyond that, it forgets all of them
    /// and asks the store again.
    package static let refusedAttempts = 10_000
    /// Worker: those of a name are remembered for this long, because a new password resets them.
    package static let refusedNameMs: UInt64 = 5_000
    /// Worker: how long a worker believes what it remembers of sessions and keys: for this long
    /// without asking,
    package static let credentialFreshMs: UInt64 = 2_000
    /// for this long while it asks again,
    package static let credentialStaleMs: UInt64 = 10_000
    /// and for this long when the store does not answer, so that a broadcast goes on.
    package static let credentialTrustMs: UInt64 = 15 * 60_000
    /// Worker: how many sessions and keys a worker remembers.
    package static let credentialsRemembered = 10_000
    /// Worker: how many requests may wait for news of one session or key; a browser has a few.
    package static let credentialWaiters = 48
    /// Worker: how often a publisher's credentials are checked again.
    package static let publishRecheckMs: UInt64 = 2_000
    /// Worker: the least time from one check of all of them to the next, however often credentials
    /// change,
    package static let publishRecheckPauseMs: UInt64 = 100
    /// and how many of them in one turn: each costs some microseconds.
    package static let publishersPerTurn = 64
    /// Machine: ended broadcasts whose record the store does not have yet.
    package static let broadcastsWaiting = 10_000
}
