import DMOE

/// Index of each stored tensor in a directory.
struct TensorSlots: Sendable {
  private let places: [[StoredTensor.Kind: Int]]

  init(_ directory: DMOEDirectory) {
    places = directory.sections.map { section in
      Dictionary(
        section.tensors.enumerated().map { ($1.kind, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// - Precondition: the tensor is in the directory; writers look up only the tensors they laid
  ///   out.
  subscript(kind: StoredTensor.Kind, ring ring: Int? = nil) -> (section: Int, tensor: Int) {
    let section = ring.map { $0 + 1 } ?? 0
    guard let tensor = places[section][kind] else { preconditionFailure("\(kind) has no place") }
    return (section, tensor)
  }
}
