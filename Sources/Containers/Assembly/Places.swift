import DMOE

/// Where each stored tensor is in a directory.
struct Places: Sendable {
  private let places: [[StoredTensor.Kind: Int]]

  init(_ directory: DMOEDirectory) {
    places = directory.sections.map { section in
      Dictionary(
        section.tensors.enumerated().map { ($1.kind, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// Who writes a container asks only for what it has laid out itself.
  subscript(kind: StoredTensor.Kind, ring ring: Int? = nil) -> (section: Int, tensor: Int) {
    let section = ring.map { $0 + 1 } ?? 0
    guard let tensor = places[section][kind] else { preconditionFailure("\(kind) has no place") }
    return (section, tensor)
  }
}
