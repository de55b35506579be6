import Tensors

/// Modules of a checkpoint that have the names of feed-forward layers, with their matrices.
struct FeedForwardStacks {
  /// Module of a kind in every layer of a stack.
  struct Module: Hashable {
    let stack: String
    /// Name within the layer, such as `mlp`; empty if the matrices lie directly in the layer.
    let path: String
    /// Index into ``FeedForwardNames/known``.
    let names: Int
  }

  private struct Layer {
    var gate: [Int]?
    var up: [Int]?
    var down: [Int]?

    subscript(role: FeedForwardNames.Role) -> [Int]? {
      get {
        switch role {
        case .gate: gate
        case .up: up
        case .down: down
        }
      }
      set {
        switch role {
        case .gate: gate = newValue
        case .up: up = newValue
        case .down: down = newValue
        }
      }
    }
  }

  private var layers: [Module: [Int: Layer]] = [:]
  /// How many tensors outside the feed-forward layers have an extent: the width of the residual
  /// stream is the most frequent one.
  private var extents: [Int: Int] = [:]

  init(_ tensors: some TensorList) {
    for tensor in tensors.tensors {
      let isMatrix = tensor.shape.count == 2 && !Self.isPacked(tensor.elementType)
      guard isMatrix, let name = LayerTensorName(tensor.name), add(tensor.shape, name) else {
        for extent in Set(tensor.shape) { extents[extent, default: 0] += 1 }
        continue
      }
    }
  }

  /// Whether an element may hold several weights, so that shapes do not tell sizes.
  static func isPacked(_ type: ElementType) -> Bool {
    switch type {
    case .u8, .i16, .u16, .i32, .u32, .i64, .u64: true
    default: false
    }
  }

  /// Adds a matrix to every module whose names it fits; false if there is none.
  private mutating func add(_ shape: [Int], _ name: LayerTensorName) -> Bool {
    var isAdded = false
    for entry in FeedForwardNames.byLastPart[name.lastPart] ?? [] {
      guard let path = name.module(of: entry.matrix), !path.contains("expert") else { continue }
      let module = Module(stack: name.stack, path: String(path), names: entry.names)
      layers[module, default: [:]][name.layer, default: Layer()][entry.role] = shape
      isAdded = true
    }
    return isAdded
  }

  var modules: [Module] { Array(layers.keys) }

  /// Layers whose matrices are present and fit together, in order.
  func layers(of module: Module) -> [(layer: Int, sizes: FeedForwardSizes)] {
    (layers[module] ?? [:]).compactMap { number, layer in
      guard let up = layer.up, let down = layer.down else { return nil }
      let readings = FeedForwardSizes.readings(gate: layer.gate, up: up, down: down)
      let found = readings.max { extents[$0.hidden, default: 0] < extents[$1.hidden, default: 0] }
      return found.map { (number, $0) }
    }.sorted { $0.layer < $1.layer }
  }
}
