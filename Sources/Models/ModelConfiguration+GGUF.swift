import GGUF
import Kernels
import Tensors

extension ModelConfiguration {
  /// Reads the keys of a GGUF file; what they leave open follows from its tensors.
  init(
    _ keys: ConfigurationKeys, _ gguf: Family.GGUF, _ family: Family, _ checkpoint: Checkpoint
  ) throws(ModelError) {
    try Self.refuseUnsupported(keys, checkpoint)
    func tensor(_ role: TensorRole) -> TensorDescription? {
      family.tensorName(role, layer: 0, .gguf).flatMap { checkpoint.tensor(TensorName($0)) }
    }
    let sizes = 1...1 << 24
    layers = try keys.required("block_count", in: 1...1 << 16)
    hiddenSize = try keys.required("embedding_length", in: sizes)
    intermediateSize = try keys.required("feed_forward_length", in: sizes)
    heads = try keys.required("attention.head_count", in: 1...hiddenSize)
    keyValueHeads = try keys.optional("attention.head_count_kv", in: 1...heads) ?? heads
    guard heads % keyValueHeads == 0 else {
      throw .metadata(
        path: checkpoint.path, key: "\(keys.architecture).attention.head_count_kv",
        expected: "a divisor of \(heads) heads", found: "\(keyValueHeads)")
    }
    headDimension =
      try keys.optional("attention.key_length", in: 2...1 << 16) ?? hiddenSize / heads
    for name in ["attention.value_length", "rope.dimension_count"] {
      guard let found = try keys.optional(name, in: sizes), found != headDimension else { continue }
      throw .metadata(
        path: checkpoint.path, key: "\(keys.architecture).\(name)",
        expected: "\(headDimension), as the heads have", found: "\(found)")
    }
    guard headDimension > 1, headDimension % 2 == 0 else {
      throw .metadata(
        path: checkpoint.path, key: "\(keys.architecture).attention.head_count",
        expected: "heads of an even number of dimensions", found: "\(heads)")
    }
    guard let embedding = tensor(.tokenEmbedding), let rows = embedding.shape.first else {
      throw .missingTensor(
        path: checkpoint.path, name: family.tensorName(.tokenEmbedding, layer: nil, .gguf) ?? "")
    }
    vocabularySize = rows
    contextLength = try keys.required("context_length", in: 2...1 << 32)
    normEpsilon = try keys.double("attention.layer_norm_rms_epsilon") ?? 1e-5
    activation = gguf.activation
    rotaryBase = try keys.double("rope.freq_base") ?? 10_000
    guard normEpsilon >= 0, rotaryBase > 0 else {
      throw .metadata(
        path: checkpoint.path, key: "\(keys.architecture).rope.freq_base",
        expected: "a base above 0, and an epsilon of at least 0",
        found: "\(rotaryBase) and \(normEpsilon)")
    }
    tiedOutput = tensor(.output) == nil
    attentionBias = tensor(.queryBias) != nil
    feedForwardBias = tensor(.upBias) != nil
  }

  private static func refuseUnsupported(
    _ keys: ConfigurationKeys, _ checkpoint: Checkpoint
  ) throws(ModelError) {
    if let experts = try keys.optional("expert_count", in: 0...1 << 24), experts > 0 {
      throw .unsupported(
        path: checkpoint.path, what: "it is a mixture of \(experts) experts already",
        advice: "only dense models can be run and partitioned")
    }
    let scaling = try keys.string("rope.scaling.type") ?? "none"
    guard scaling == "none" else {
      throw .unsupported(
        path: checkpoint.path, what: "its positions are scaled (rope.scaling.type: \(scaling))",
        advice: "other ways of scaling than none are not known here")
    }
    guard checkpoint.tensor("rope_freqs.weight") == nil else {
      throw .unsupported(
        path: checkpoint.path, what: "its positions are scaled by rope_freqs.weight",
        advice: "other ways of scaling than none are not known here")
    }
  }
}
