/// Why a container has not what was asked of it.
package enum ContainerError: Error, Equatable, Sendable {
  /// Only a container has experts that can be exported.
  case notContainer(path: String)
  /// No expert of a container is meant.
  case unknownExpert(String, known: [String])
}

extension ContainerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notContainer(let path):
      "\(path): expected a .dmoe, found a dense checkpoint; make one with: dynamoe partition"
    case .unknownExpert(let wanted, let known):
      "--expert \(wanted): there is no such expert; there are \(known.joined(separator: ", "))"
    }
  }
}
