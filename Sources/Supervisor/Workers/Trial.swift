// Workers that are to take the place of others, once all of them are ready. Until then, nothing has
// changed for anybody.
//
// One thread owns it: that of the supervisor's loop.

import LinuxIO

final class Trial {
    enum Aim {
        /// A generation that is to serve instead of the present one.
        case generation(Generation)
        /// A worker for one seat of the present generation, whose worker then drains.
        case seat(Int, in: Generation, WorkerHandle)
    }

    let aim: Aim
    let startedMs: UInt64
    /// Called once: nil when the new workers serve, otherwise why the old ones go on.
    let answer: (StartError?) -> Void

    init(_ aim: Aim, startedMs: UInt64, answer: @escaping (StartError?) -> Void) {
        self.aim = aim
        self.startedMs = startedMs
        self.answer = answer
    }

    var workers: [WorkerHandle] {
        switch aim {
        case .generation(let generation): generation.workers
        case .seat(_, _, let worker): [worker]
        }
    }
}
