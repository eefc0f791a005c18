// Limits know each other: a smaller one that is larger than the one around it bounds nothing. What
// durations of broadcasts have to do with each other says BroadcastTimes.

import Glibc
import Settings
import Testing

@Suite struct LimitRelationTests {
    @Test(
        "what limits say of each other holds",
        arguments: [
            (
                "chunks that wait never fill their connection's window",
                Limits.waitingChunksPerConnection * Limits.requestWindowBytes
                    < Limits.connectionWindowBytes
            ),
            (
                "a stream's chunks may wait with full windows",
                Limits.waitingBytesPerStream >= 32 * Limits.requestWindowBytes
            ),
            ("a worker has a bit in 64-bit masks", Limits.workers <= UInt64.bitWidth),
            ("a log line is written in one piece", Limits.logLineBytes <= Int(PIPE_BUF)),
            ("a block fits into a chunk", Limits.blockBytes < Limits.chunkBytes),
            (
                "what is held for order is less than a block",
                Limits.heldMediaBytes < Limits.blockBytes
            ),
            (
                "a request is read in bounded turns",
                Limits.requestsPerTurn < Limits.streamsPerConnection
            ),
            (
                "a body that moves well is not given up",
                Limits.requestWindowBytes > Limits.progressBytes
            ),
            ("a target fits into a header section", Limits.targetBytes < Limits.headerBytes),
            (
                "an operation of a store may be tried twice before its asker is answered",
                2 * Limits.storeOperationMs < Limits.accountAnswerMs
            ),
            (
                "a turn of a loop that uses up all its slices is far from late",
                2
                    * (2 * (Limits.mediaSliceUs + Limits.requestSliceUs) + Limits.figuresSliceUs
                        + Limits.sweepSliceUs) < Limits.workerLateMs * 1_000
            ),
            (
                "a shut window is found before its response ends",
                Limits.windowStillMs < Limits.progressMs
            ),
            (
                "the password that we hash is one that we would look at",
                Limits.passwordMemoryKiB <= Limits.passwordMemoryMostKiB
                    && Limits.passwordPasses <= Limits.passwordPassesMost
                    && Limits.passwordLanes <= Limits.passwordLanesMost
            ),
        ])
    func relations(words: String, holds: Bool) {
        #expect(holds, "\(words)")
    }

    @Test(
        "of limits for one, for its client, for a worker and for a machine, each is within the next",
        arguments: [
            (
                "requests that wait",
                [
                    Limits.waitingChunksPerConnection, Limits.waitingRequestsPerStream,
                    Limits.waitingRequestsPerClient, Limits.waitingRequestsPerWorker,
                ]
            ),
            (
                "bytes that wait",
                [
                    Limits.requestWindowBytes, Limits.waitingBytesPerStream,
                    Limits.waitingBytesPerClient, Limits.waitingBytesPerWorker,
                ]
            ),
            (
                "bytes that are held",
                [
                    Limits.heldBytesPerRequest, Limits.heldBytesOfSmallClient,
                    Limits.heldBytesPerClient, Limits.heldBytesPerWorker,
                ]
            ),
            (
                "viewers",
                [Limits.viewersOfSmallClient, Limits.viewersPerClient, Limits.viewersPerWorker]
            ),
            (
                "subscribers",
                [
                    Limits.viewersOfSmallClient, Limits.eventSubscribersPerClient,
                    Limits.eventSubscribersPerWorker,
                ]
            ),
            (
                "connections",
                [
                    Limits.connectionsOfSmallClient, Limits.connectionsPerClientLeast,
                    Limits.connectionsPerWorker,
                ]
            ),
            ("streams", [Limits.replacedRingsPerName, Limits.streamsPerClient, Limits.streams]),
            ("questions to the store", [Limits.accountQuestionsPerClient, Limits.accountQueue]),
            ("passwords to hash", [Limits.passwordHashesPerClient, Limits.passwordQueue]),
            (
                "wrong passwords",
                [
                    Limits.attemptsPerNameAndAddress, Limits.attemptsPerAddress,
                    Limits.attemptsPerName,
                ]
            ),
        ])
    func sizes(of what: String, limits: [Int]) {
        #expect(limits == limits.sorted() && Set(limits).count == limits.count, "\(what)")
    }

    @Test(
        "of durations that follow each other, each is longer than the one before",
        arguments: [
            (
                "a worker that owes an answer",
                [
                    Limits.workerPingWhilePassingMs, Limits.workerLateMs, Limits.workerPingMs,
                    Limits.workerStuckMs, Limits.workerDeafMs,
                ]
            ),
            (
                "a credential that is remembered",
                [Limits.credentialFreshMs, Limits.credentialStaleMs, Limits.credentialTrustMs]
            ),
            (
                "a worker that is started again",
                [
                    Limits.restartBackoffFirstMs, Limits.restartBackoffLongestMs,
                    Limits.restartBackoffResetMs,
                ]
            ),
            (
                "a session and its browser",
                [
                    Limits.sessionTouchMs, Limits.sessionMs, Limits.knownNetworkMs,
                    Limits.knownDeviceMs,
                ]
            ),
        ] as [(String, [UInt64])])
    func durations(of what: String, limits: [UInt64]) {
        #expect(limits == limits.sorted() && Set(limits).count == limits.count, "\(what)")
    }
}
