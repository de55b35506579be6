/// Failure to find an expert.
package enum ContainerError: Error, Equatable, Sendable {
  /// Dense checkpoint, which has no experts.
  case notContainer(path: String)
  /// Expert that the container does not hold.
  case unknownExpert(String, known: [String])
}

extension ContainerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notContainer(let path):
      "\(path): expected a .dmoe, found a dense checkpoint"
    case .unknownExpert(let wanted, let known):
      "expert \(wanted): no such expert; available: \(known.joined(separator: ", "))"
    }
  }
}
