import GGUF

/// Numbers of an activation that each layer learns, by layer, as GGUF files have them: in keys, not in
/// tensors.
package struct LearnedActivation: Sendable, Equatable {
  /// Key of each number, which no architecture prefixes.
  package static let keys: [(role: TensorRole, name: String)] = [
    (.activationPositive, "xielu.alpha_p"), (.activationNegative, "xielu.alpha_n"),
    (.activationLinear, "xielu.beta"), (.activationFloor, "xielu.eps"),
  ]

  private let numbers: [TensorRole: [Float]]

  /// Reads the keys of a file; each holds one number, or one for each layer.
  init(_ keys: ConfigurationKeys, layers: Int) throws(ArchitectureError) {
    var numbers: [TensorRole: [Float]] = [:]
    for (role, name) in Self.keys {
      let found = try keys.floats(name)
      let values = found.count == 1 ? [Float](repeating: found[0], count: layers) : found
      guard values.count == layers, values.allSatisfy(\.isFinite) else {
        throw .metadata(
          path: keys.path, key: name, expected: "\(layers) finite numbers",
          found: "\(found.count) numbers, such as \(found.first { !$0.isFinite } ?? 0)")
      }
      numbers[role] = values
    }
    self.numbers = numbers
  }

  /// Number of a layer; nil for roles of other kinds.
  package func number(_ role: TensorRole, layer: Int) -> Float? { numbers[role]?[layer] }
}
