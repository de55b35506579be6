import ByteIO
import Checkpoints
import TestSupport
import Testing

@Suite struct FingerprintTests {
  private func fingerprint(_ llama: TinyLlama) throws -> SHA256Digest {
    let folder = try TemporaryFolder()
    try llama.write(to: folder)
    return try Model(path: folder.path).fingerprint()
  }

  private func flipping(_ llama: TinyLlama, _ name: String, at index: Int) -> TinyLlama {
    var changed = llama
    changed[tensor: name]?.bytes[index] ^= 1
    return changed
  }

  @Test func `a byte at either end of any tensor makes another model`() throws {
    let llama = TinyLlama(layers: 1)
    var digests: Set<SHA256Digest> = [try fingerprint(llama)]
    for tensor in llama.tensors {
      for index in [0, tensor.bytes.count - 1] {
        digests.insert(try fingerprint(flipping(llama, tensor.name, at: index)))
      }
    }
    #expect(digests.count == 1 + 2 * llama.tensors.count)
  }

  @Test func `of a large tensor the first and last 4096 bytes count`() throws {
    // 16 kB: the fingerprint skips the bytes in the middle, to stay cheap.
    let llama = TinyLlama(layers: 1, intermediateSize: 512)
    let name = "model.layers.0.mlp.up_proj.weight"
    let count = try #require(llama[tensor: name]).bytes.count
    let plain = try fingerprint(llama)
    for index in [0, 4095, count - 4096, count - 1] {
      #expect(try fingerprint(flipping(llama, name, at: index)) != plain)
    }
    for index in [4096, count - 4097] {
      #expect(try fingerprint(flipping(llama, name, at: index)) == plain)
    }
  }

  @Test func `names, types and shapes count`() throws {
    let llama = TinyLlama(layers: 1)
    let extra = TinyLlama.Tensor(
      name: "x", type: "I32", shape: [2], bytes: [1, 2, 3, 4, 5, 6, 7, 8])
    var digests: Set<SHA256Digest> = [try fingerprint(llama)]
    for change in [("x", "I32", [2]), ("y", "I32", [2]), ("x", "F32", [2]), ("x", "I32", [2, 1])] {
      var other = llama
      var tensor = extra
      (tensor.name, tensor.type, tensor.shape) = change
      other.tensors.append(tensor)
      digests.insert(try fingerprint(other))
    }
    #expect(digests.count == 5)
  }

  @Test func `order, shards, metadata and config.json do not count`() throws {
    let llama = TinyLlama()
    let plain = try fingerprint(llama)
    var numbers = RandomNumbers(seed: 1)
    var shuffled = llama
    shuffled.tensors.shuffle(using: &numbers)
    #expect(try fingerprint(shuffled) == plain)

    let folder = try TemporaryFolder()
    var map: [String] = []
    for shard in 0..<3 {
      let tensors = shuffled.tensors.enumerated().filter { $0.offset % 3 == shard }.map(\.element)
      try folder.write(
        safetensorsFile(tensors, metadata: "{\"format\": \"pt\"}"), to: "part-\(shard).safetensors")
      map += tensors.map { "\"\($0.name)\": \"part-\(shard).safetensors\"" }
    }
    let index = "{\"metadata\": {}, \"weight_map\": {\(map.joined(separator: ", "))}}"
    try folder.write(Array(index.utf8), to: "model.safetensors.index.json")
    shuffled.config["rope_theta"] = "5"
    try folder.write(shuffled.configuration, to: "config.json")
    #expect(try Model(path: folder.path).fingerprint() == plain)
  }
}
