// Hears of what the server does, for figures.

/// All calls come on the loop's thread, and are quick.
package protocol ServerObserver: AnyObject {
    /// The head of a response has been given.
    /// - Parameters:
    ///   - route: the number of the request's route; 0 for none.
    ///   - status: 0: the request has ended without a response.
    ///   - durationUs: since the start of the turn of the loop in which the request came.
    func didAnswer(route: Int, status: Int, durationUs: UInt64)

    /// A TLS handshake has succeeded.
    /// - Parameter durationUs: since the worker has the connection.
    func didFinishHandshake(durationUs: UInt64)
}
