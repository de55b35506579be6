/// Failure to find an expert.
package enum ContainerError: Error, Equatable, Sendable {
  /// Dense checkpoint, which has no experts.
  case notContainer(path: String)
  /// Expert that the container does not hold.
  case unknownExpert(String, known: [String])
  /// Line of the calibration tokens that is no list of the model's tokens.
  case calibration(path: String, line: Int)
}

extension ContainerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notContainer(let path):
      "\(path): expected a .dmoe, found a dense checkpoint"
    case .unknownExpert(let wanted, let known):
      "expert \(wanted): no such expert; available: \(known.joined(separator: ", "))"
    case .calibration(let path, let line):
      "\(path): calibration.jsonl, line \(line): expected the ids of tokens as input_ids"
    }
  }
}
