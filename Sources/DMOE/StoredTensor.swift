package import Architectures
package import Tensors

/// A tensor in a section (`formats/dmoe.md`, section 5).
package struct StoredTensor: Sendable, Equatable {
  package enum Kind: Sendable, Hashable {
    /// A source tensor, unchanged.
    case source(TensorName)
    case permutation(layer: Int)
    /// A file that accompanied the weights, such as `config.json`.
    case file(TensorName)
    case part(FeedForwardPart, layer: Int)
    /// A tensor of a layer's router.
    case router(String, layer: Int)
    /// A tensor of a layer's compensation, for the expert that ends with this ring.
    case compensation(String, layer: Int)
    /// A tensor of a layer that tells which neurons of a ring are skipped, or what the expert that
    /// ends with it costs then.
    case skipping(String, layer: Int)
    /// A tensor that maps a budget to a threshold or price.
    case budgets(String)
    /// Weights of the errors of all layers.
    case sensitivity
    /// An unknown kind, as later versions may add, or an optional kind of unknown form.
    case other(String)
  }

  /// A block of the tensor's bytes with its own checksum.
  package struct Block: Sendable, Equatable {
    /// Stored length in bytes; shorter than the plain length if the block is coded.
    package internal(set) var length: Int
    package internal(set) var checksum: UInt32
  }

  package let kind: Kind
  package let elementType: ElementType
  package let shape: [Int]
  /// Plain size in bytes.
  package let byteCount: Int
  /// File offset of the first block.
  package internal(set) var offset: Int
  package internal(set) var blocks: [Block]

  init(
    kind: Kind, elementType: ElementType, shape: [Int], byteCount: Int, offset: Int,
    blocks: [Block]
  ) {
    self.kind = kind
    self.elementType = elementType
    self.shape = shape
    self.byteCount = byteCount
    self.offset = offset
    self.blocks = blocks
  }

  package var storedLength: Int { blocks.reduce(0) { $0 + $1.length } }

  /// File offset of a block.
  func offset(ofBlock index: Int) -> Int {
    blocks[..<index].reduce(offset) { $0 + $1.length }
  }

  /// File offsets of all blocks.
  var blockOffsets: [Int] {
    var next = offset
    return blocks.map { block in
      defer { next += block.length }
      return next
    }
  }

  /// Length of a block before coding, in bytes.
  func plainLength(ofBlock index: Int, blockBytes: Int) -> Int {
    min(blockBytes, byteCount - index * blockBytes)
  }

  /// Name in error messages.
  package var title: String {
    switch kind {
    case .source(let name): name.text
    case .permutation(let layer): "permutation of layer \(layer)"
    case .file(let name): name.text
    case .part(let part, let layer): "\(part.rawValue) of layer \(layer)"
    case .router(let name, let layer): "\(name) of the router of layer \(layer)"
    case .compensation(let name, let layer): "\(name) of the compensation of layer \(layer)"
    case .skipping(let name, let layer): "\(name) of the skipping of layer \(layer)"
    case .budgets(let name): "\(name) of the budgets"
    case .sensitivity: "the sensitivities"
    case .other(let kind): kind
    }
  }
}
