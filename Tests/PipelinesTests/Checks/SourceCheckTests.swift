import Checks
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct SourceCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `the source itself passes, to the last byte`() throws {
    let found = try #require(
      try outcome("source", Converted.path(), against: Fixture.model))
    #expect(found.status == .passed)
    #expect(found.detail.hasPrefix("39 tensors, 2 099 456 bytes"), "\(found.detail)")
  }

  @Test func `without a source it is skipped`() throws {
    #expect(try outcome("source", Converted.path())?.status == .skipped)
  }

  @Test func `of a file that is cut the largest expert is compared`() throws {
    let cut = try folder.write(EditedContainer().prefix(expert: 1), to: "cut")
    let found = try #require(try outcome("source", cut, against: Fixture.model))
    #expect(found.status == .passed)
    #expect(found.detail == "39 tensors, cut to expert 1: identical, bit for bit")
    let other = try compare(cut) { tensors in
      for index in tensors.indices where tensors[index].0.name.text.contains("2.mlp.down_proj") {
        tensors[index].1 = tensors[index].1.map { $0 ^ 1 }
      }
    }
    #expect(other.status == .failed)
    #expect(other.detail.hasPrefix("in expert 1, model.layers.2.mlp.down_proj.weight: differs"))
  }

  @Test(
    arguments: [
      "model.embed_tokens.weight", "model.layers.0.mlp.down_proj.weight",
      "model.layers.3.mlp.gate_proj.weight",
    ])
  func `a single bit of difference is found and placed`(name: String) throws {
    let found = try compare { tensors in
      let index = try #require(tensors.firstIndex { $0.0.name.text == name })
      tensors[index].1[1001] ^= 4
    }
    #expect(found.status == .failed)
    #expect(found.detail == "\(name): differs from the source, first at its byte 1001")
  }

  @Test func `a tensor more or less, or of another form, fails`() throws {
    let more = try compare { tensors in
      let extra = try #require(TensorDescription(name: "extra", elementType: .u8, shape: [1]))
      tensors.append((extra, [1]))
    }
    #expect(more.status == .failed && more.detail == "the source's tensor extra is missing")
    let less = try compare { $0.removeAll { $0.0.name == "lm_head.weight" } }
    #expect(
      less.status == .failed && less.detail == "the tensor lm_head.weight is not in the source")
    let other = try compare { tensors in
      let index = try #require(tensors.firstIndex { $0.0.name == "model.norm.weight" })
      let form = try #require(
        TensorDescription(name: "model.norm.weight", elementType: .f16, shape: [128]))
      tensors[index].0 = form
    }
    #expect(other.status == .failed && other.detail.hasPrefix("model.norm.weight: type or shape"))
  }

  /// Compares the container with a changed source.
  private func compare(
    _ container: String? = nil, _ change: (inout [(TensorDescription, [UInt8])]) throws -> Void
  ) throws -> CheckOutcome {
    let reader = try SafetensorsReader(path: Fixture.model)
    var tensors = try reader.tensors.map { ($0, try reader.read($0.name)) }
    try change(&tensors)
    let path = folder.path("source.safetensors")
    try SafetensorsWriter.write(tensors, to: path)
    return try #require(try outcome("source", container ?? Converted.path(), against: path))
  }
}
