package import JSON
package import Tensors

extension Family {
  /// Known family of a `model_type`: of several with the same, the one whose requirements the
  /// configuration meets, or misses the fewest of.
  ///
  /// - Parameters:
  ///   - modelType: a value of `model_type`.
  ///   - document: `config.json`, or its part for the language model; nil for any.
  /// - Returns: nil if no family has the type.
  package static func known(modelType: String, _ document: JSONValue? = nil) -> Family? {
    let families = known.filter {
      $0.modelTypes.contains(modelType) || $0.wrappedTypes.contains(modelType)
    }
    guard families.count > 1, let document else { return families.first }
    return families.min { $0.missedRequirements(document) < $1.missedRequirements(document) }
  }

  /// Known family of a GGUF architecture: of several with the same, the one whose norms
  /// the tensors have, and most of them.
  package static func known(architecture: String, tensors: some TensorList) -> Family? {
    let families = known.filter {
      [$0.gguf?.architecture, $0.gguf?.mixed].contains(architecture)
    }
    let counts = families.map { family -> Int in
      let roles = TensorRole.allCases.filter { $0.isNorm && !family.bareNorms.contains($0) }
      let names = Set(roles.compactMap { family.tensorName($0, layer: 0, .gguf) })
      return names.allSatisfy { tensors.tensor(TensorName($0)) != nil } ? names.count : -1
    }
    let best = counts.indices.max { counts[$0] < counts[$1] || counts[$0] == counts[$1] && $0 > $1 }
    return best.map { families[$0] }
  }

  private func missedRequirements(_ document: JSONValue) -> Int {
    let object = completed(document).object
    return requirements.count { key, requirement in
      guard let found = object?[key], !found.isNull else { return false }
      return found != requirement.value
    }
  }
}
