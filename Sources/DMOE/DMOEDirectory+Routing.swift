import JSON
import Tensors

/// Checks of optional tensors, which must be valid if they are present and known.
extension DMOEDirectory {
  func checkRouting() throws(JSONFieldError) {
    guard let routing else { return }
    try checkRouters(routing)
    try checkBudgets(hasWindows: routing.skips)
    try checkSensitivity()
    if routing.skips {
      for ring in 0..<experts { try checkSkipping(routing, ring: ring) }
    }
    if let rank = routing.compensationRank {
      for ring in 0..<experts { try checkCompensation(rank: rank, ring: ring) }
    }
  }

  /// Checks that every layer has a complete router of the form given in the plan.
  private func checkRouters(_ routing: RoutingDescription) throws(JSONFieldError) {
    var shapes = [[String: [Int]]](repeating: [:], count: model.layers)
    for (place, tensor) in sections[0].tensors.enumerated() {
      guard case .router(let name, let layer) = tensor.kind else { continue }
      let field = "sections[0].tensors[\(place)]"
      guard layer < model.layers, shapes[layer][name] == nil, tensor.elementType == .f32 else {
        throw JSONFieldError(
          field: field,
          expected: "a router's tensor of one of \(model.layers) layers, once, as F32",
          found: "\(tensor.title), \(tensor.elementType.rawValue)")
      }
      shapes[layer][name] = tensor.shape
    }
    let wanted = routing.router.shapes(
      features: routing.features(hiddenSize: model.hiddenSize), outputs: partialExperts)
    for (layer, found) in shapes.enumerated() {
      let width = found["first.bias"]?.first
      let expected = wanted.mapValues { $0.map { $0 ?? width ?? 0 } }
      guard found == expected, !found.values.joined().contains(0) else {
        throw JSONFieldError(
          field: "plan.router", expected: "in layer \(layer) the tensors \(Self.text(expected))",
          found: Self.text(found))
      }
    }
  }

  /// Names and shapes of tensors, in the order of the names.
  private static func text(_ shapes: [String: [Int]]) -> String {
    shapes.isEmpty
      ? "none"
      : shapes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  /// Checks that a ring has the compensation of every layer once, or none if its expert is full.
  private func checkCompensation(rank: Int, ring: Int) throws(JSONFieldError) {
    let section = ring + 1
    var wanted: [StoredTensor.Kind: [Int]] = [:]
    for layer in 0..<model.layers where ring < partialExperts {
      for (name, shape) in RoutingDescription.compensation(rank: rank, hiddenSize: model.hiddenSize)
      {
        wanted[.compensation(name, layer: layer)] = shape
      }
    }
    for (place, tensor) in sections[section].tensors.enumerated() {
      guard case .compensation(let name, _) = tensor.kind else { continue }
      let type: ElementType = name == "bias" ? .f32 : .bf16
      guard wanted.removeValue(forKey: tensor.kind) == tensor.shape, tensor.elementType == type
      else {
        throw JSONFieldError(
          field: "sections[\(section)].tensors[\(place)]",
          expected: "a compensation of rank \(rank), each tensor once, weights as BF16",
          found: "\(tensor.title), \(tensor.elementType.rawValue) \(tensor.shape)")
      }
    }
    if let missing = wanted.keys.map({ "\($0)" }).min() {
      throw JSONFieldError(
        field: "sections[\(section)].tensors", expected: missing, found: "nothing")
    }
  }

  /// Checks that a ring has the skipping of every layer once.
  private func checkSkipping(
    _ routing: RoutingDescription, ring: Int
  ) throws(JSONFieldError) {
    let section = ring + 1
    var wanted: [StoredTensor.Kind: (type: ElementType, shape: [Int])] = [:]
    for layer in 0..<model.layers {
      let neurons = ranks(ofRing: ring, layer: layer).count
      let forms = routing.skipping(
        neurons: neurons, isFull: ring >= partialExperts, hiddenSize: model.hiddenSize)
      for (name, type, shape) in forms {
        wanted[.skipping(name, layer: layer)] = (type, shape)
      }
    }
    for (place, tensor) in sections[section].tensors.enumerated() {
      guard case .skipping = tensor.kind else { continue }
      let form = wanted.removeValue(forKey: tensor.kind)
      guard let form, form == (tensor.elementType, tensor.shape) else {
        throw JSONFieldError(
          field: "sections[\(section)].tensors[\(place)]",
          expected: form.map { "\($0.type.rawValue) \($0.shape)" }
            ?? "each tensor of a layer's skipping once",
          found: "\(tensor.title), \(tensor.elementType.rawValue) \(tensor.shape)")
      }
    }
    if let missing = wanted.keys.map({ "\($0)" }).min() {
      throw JSONFieldError(
        field: "sections[\(section)].tensors", expected: missing, found: "nothing")
    }
  }

  /// Checks that there are sensitivities of all layers once, or none.
  private func checkSensitivity() throws(JSONFieldError) {
    var found = 0
    for (place, tensor) in sections[0].tensors.enumerated() where tensor.kind == .sensitivity {
      found += 1
      guard found == 1, tensor.elementType == .f64, tensor.shape == [model.layers] else {
        throw JSONFieldError(
          field: "sections[0].tensors[\(place)]",
          expected: "sensitivities as F64 [\(model.layers)], once",
          found: "\(tensor.title), \(tensor.elementType.rawValue) \(tensor.shape)")
      }
    }
  }

  /// Checks that the budgets have all tensors or none.
  private func checkBudgets(hasWindows: Bool) throws(JSONFieldError) {
    var names: Set<String> = []
    for (place, tensor) in sections[0].tensors.enumerated() {
      guard case .budgets(let name) = tensor.kind else { continue }
      let fits =
        switch name {
        case "table": tensor.shape.count == 2 && tensor.shape[1] == 3
        case "ends": tensor.shape == [2]
        case "window": hasWindows && tensor.shape.count == 2 && tensor.shape[1] == 2
        default: false
        }
      guard fits, tensor.elementType == .f64, names.insert(name).inserted else {
        throw JSONFieldError(
          field: "sections[0].tensors[\(place)]",
          expected: hasWindows
            ? "table as F64 [rows, 3], ends as F64 [2] or window as F64 [rows, 2], once"
            : "table as F64 [rows, 3] or ends as F64 [2], once",
          found: "\(name), \(tensor.elementType.rawValue) \(tensor.shape)")
      }
    }
    guard names.isEmpty || names.count == (hasWindows ? 3 : 2) else {
      throw JSONFieldError(
        field: "sections[0].tensors",
        expected: "\(hasWindows ? "table, ends and window" : "table and ends") of the budgets",
        found: "only \(names.sorted().joined(separator: " and "))")
    }
  }
}
