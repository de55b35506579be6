import Tensors

extension TensorComparison.Difference {
  /// Reference that a file is compared with.
  enum Reference {
    /// A `.dmoe` with the dense checkpoint that it was made from.
    case source
    /// An exported GGUF file with an expert of a `.dmoe`.
    case expert
    /// An exported folder with the experts of a `.dmoe`.
    case file
  }

  /// Text of the difference for a failed check.
  func text(of reference: Reference) -> String {
    switch (self, reference) {
    // Here the source is `found`, and the file `expected`.
    case (.extra(let name), .source): "the source's tensor \(name) is missing"
    case (.missing(let name), .source): "the tensor \(name) is not in the source"
    case (.extra(let name), .expert): "the tensor \(name) is not in the expert"
    case (.extra(let name), .file): "the tensor \(name) is not in the file"
    case (.missing(let name), .expert), (.missing(let name), .file):
      "the tensor \(name) is missing"
    case (.description(let expected, _), .source):
      "\(expected.name): type or shape differ from the source's"
    case (.description(let expected, _), .expert), (.description(let expected, _), .file):
      "\(expected.name): type or shape differ from the expert's"
    case (.bytes(let name, let offset), .source):
      "\(name): differs from the source, first at its byte \(offset)"
    case (.bytes(let name, let offset), .expert), (.bytes(let name, let offset), .file):
      "\(name): differs from the expert, first at its byte \(offset)"
    }
  }
}
