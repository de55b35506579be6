/// Invalid request to a container.
package enum ContainerError: Error, Equatable, Sendable {
  /// The path is not a container: only containers have experts to export.
  case notContainer(path: String)
  /// The name does not select an expert of the container.
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
