// Why a worker is killed and replaced. A worker talks to the whole world, so anything out of order
// tells the supervisor that the worker is broken or no longer ours.

import ControlChannel
import LinuxIO

enum WorkerFault: Error, CustomStringConvertible {
    case badDatagram(ControlError)
    case badChannel(SystemError)
    case sentDescriptor
    case otherVersion(UInt16)
    case outOfOrder(String)
    case unknownConnection
    case didNotStart
    case stuck
    case deaf

    var description: String {
        switch self {
        case .badDatagram(let error): "it sent a malformed message (\(error))"
        case .badChannel(let error): "its control channel failed (\(error))"
        case .sentDescriptor: "it sent a descriptor"
        case .otherVersion(let version):
            "weir-worker is of another build (it speaks version \(version) of the control channel, "
                + "weir version \(ControlDatagram.version)); install both from one"
        case .outOfOrder(let what): "it sent \(what) out of order"
        case .unknownConnection: "it reported on a connection that it does not have"
        case .didNotStart: "it was not ready in time"
        case .stuck: "it does not answer and its loop does not turn"
        case .deaf: "its loop turns, but it has not answered for a long time"
        }
    }
}
