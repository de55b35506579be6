/// Invalid request to an inspection.
package enum InspectionError: Error, Equatable, Sendable {
  /// The metadata has no such key.
  case unknownKey(String, path: String, known: [String])
}

extension InspectionError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownKey(let key, let path, let known):
      "\(path): there is no key \(key); "
        + (known.isEmpty ? "there are none" : "there are \(known.joined(separator: ", "))")
    }
  }
}
