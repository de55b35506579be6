import Architectures
import JSON
import Tensors

extension DMOEDirectory {
  /// Name of the file with the calibration tokens, the only one that an overlay may hold.
  package static let calibrationName = "calibration.jsonl"

  /// Checks that required tensors are stored exactly once, with their type and shape, and no others
  /// of their kinds.
  func checkInventory() throws(JSONFieldError) {
    try checkLayersAreWhole()
    try checkRouting()
    for (index, section) in sections.enumerated() {
      var wanted: [StoredTensor.Kind: Form] = [:]
      if index == 0 { wanted = sharedInventory() } else { wanted = ringInventory(index - 1) }
      var files: Set<TensorName> = []
      for (place, tensor) in section.tensors.enumerated() {
        let field = "sections[\(index)].tensors[\(place)]"
        switch tensor.kind {
        case .other, .router, .compensation, .skipping, .budgets, .sensitivity: continue
        case .file(let name):
          guard !isOverlay || name.text == Self.calibrationName else {
            throw JSONFieldError(
              field: field, expected: "no such file in an overlay", found: tensor.title)
          }
          guard files.insert(name).inserted, tensor.elementType == .u8,
            tensor.shape.count == 1
          else {
            throw JSONFieldError(
              field: field, expected: "a file once, as U8 [bytes]",
              found: "\(name), \(Form(tensor))")
          }
        case .source, .permutation, .part:
          guard let form = wanted.removeValue(forKey: tensor.kind) else {
            throw JSONFieldError(
              field: field, expected: "a tensor of this section, once", found: tensor.title)
          }
          guard form == Form(tensor) else {
            throw JSONFieldError(
              field: field, expected: "\(form) for \(tensor.title)", found: "\(Form(tensor))")
          }
        }
      }
      if let missing = wanted.keys.map({ "\($0)" }).min() {
        throw JSONFieldError(
          field: "sections[\(index)].tensors", expected: missing, found: "nothing")
      }
    }
  }

  /// Checks that every layer has its matrices, each in one source tensor.
  private func checkLayersAreWhole() throws(JSONFieldError) {
    var parts = [Set<FeedForwardPart>](repeating: [], count: model.layers)
    for tensor in sourceTensors {
      guard let cut = tensor.cut else { continue }
      for part in cut.parts where !parts[cut.layer].insert(part).inserted {
        throw JSONFieldError(
          field: "source.tensors", expected: "\(part.rawValue) of layer \(cut.layer) once",
          found: "another in \(tensor.description.name)")
      }
    }
    for (layer, found) in parts.enumerated() {
      let needed: Set<FeedForwardPart> = model.gated ? [.gate, .up, .down] : [.up, .down]
      let matrices = found.filter { !$0.isBias }
      guard matrices == needed, model.gated || !found.contains(.gateBias) else {
        throw JSONFieldError(
          field: "source.tensors",
          expected: "\(needed.map(\.rawValue).sorted().joined(separator: ", ")) of layer \(layer)",
          found: found.map(\.rawValue).sorted().joined(separator: ", "))
      }
    }
  }

  private func sharedInventory() -> [StoredTensor.Kind: Form] {
    var wanted: [StoredTensor.Kind: Form] = [:]
    for layer in 0..<model.layers {
      wanted[.permutation(layer: layer)] = Form(type: .u32, shape: [widths[layer][experts - 1]])
    }
    for tensor in sourceTensors where tensor.isStoredWhole && !isOverlay {
      wanted[.source(tensor.description.name)] = Form(
        type: tensor.description.elementType, shape: tensor.description.shape)
    }
    return wanted
  }

  private func ringInventory(_ ring: Int) -> [StoredTensor.Kind: Form] {
    var wanted: [StoredTensor.Kind: Form] = [:]
    for tensor in sourceTensors where !isOverlay {
      guard let cut = tensor.cut, let type = tensor.ringType else { continue }
      let neurons = ranks(ofRing: ring, layer: cut.layer).count
      for part in cut.parts {
        wanted[.part(part, layer: cut.layer)] = Form(
          type: type, shape: part.isBias ? [neurons] : [neurons, model.hiddenSize])
      }
    }
    return wanted
  }

  /// Ranks of the neurons that a ring adds.
  package func ranks(ofRing ring: Int, layer: Int) -> Range<Int> {
    (ring == 0 ? 0 : widths[layer][ring - 1])..<widths[layer][ring]
  }
}

/// Type and shape of a tensor.
private struct Form: Equatable, CustomStringConvertible {
  let type: ElementType
  let shape: [Int]

  init(type: ElementType, shape: [Int]) {
    self.type = type
    self.shape = shape
  }

  init(_ tensor: StoredTensor) { self.init(type: tensor.elementType, shape: tensor.shape) }

  var description: String { "\(type.rawValue) \(shape)" }
}
