import Architectures
import Checkpoints
import Foundation
import GGUF
import Kernels
import TestSupport
import Testing

/// Activations that the keys of a GGUF file state.
@Suite struct GGUFActivationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Configuration of a family's fixture with a key changed, or removed if the value is nil.
  private func configuration(
    _ family: String, _ key: String, _ value: GGUFValue?
  ) throws -> ModelConfiguration {
    let reader = try GGUFReader(
      path: packageRoot.appending(path: "fixtures/families/\(family)/model.gguf").path)
    var pairs = try reader.metadata.entries.map { try reader.metadata.copy(of: $0) }
    pairs.removeAll { $0.key == key }
    if let value { pairs.append(GGUFKeyValue(key, value)) }
    let path = folder.path("m.gguf")
    try? FileManager.default.removeItem(atPath: path)
    let writer = try GGUFWriter(path: path, metadata: pairs, tensors: reader.tensors)
    for tensor in reader.tensors {
      try writer.write(reader.open(tensor.name).readAll(), of: tensor.name)
    }
    try writer.commit()
    return try Model(path: path).configuration
  }

  @Test func `one number of a learned activation stands for all layers`() throws {
    let found = try configuration("apertus", "xielu.alpha_p", .f32(0.25)).learnedActivation
    #expect([0, 1].map { found?.number(.activationPositive, layer: $0) } == [0.25, 0.25])
    #expect(
      found?.number(.activationLinear, layer: 0) != found?.number(.activationLinear, layer: 1))
  }

  /// Value of a key, nil for none, and the words expected in the error.
  static let refused: [(String, String, GGUFValue?, String)] = [
    ("apertus", "xielu.beta", nil, "xielu.beta"),
    ("apertus", "xielu.eps", .array(.f32([1, 2, 3])), "xielu.eps: expected 2 finite numbers"),
    ("apertus", "xielu.alpha_n", .array(.f32([1, .nan])), "2 numbers, such as nan"),
    ("apertus", "xielu.alpha_p", .text("1"), "xielu.alpha_p: expected numbers"),
    (
      "modernbert", "modern-bert.hidden_activation", .text("mish"),
      "modern-bert.hidden_activation: expected gelu or relu or silu, found mish"
    ),
    ("arcee", "arcee.hidden_activation", .text("relu"), "arcee.hidden_activation is not supported"),
  ]

  @Test(arguments: refused)
  func `a key that states no activation is refused by name`(
    family: String, key: String, value: GGUFValue?, words: String
  ) throws {
    let error = #expect(throws: ModelError.self) { try configuration(family, key, value) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "none")")
  }

  @Test func `an encoder may have another activation and other windows`() throws {
    let key = "modern-bert.hidden_activation"
    #expect(try configuration("modernbert", key, .text("silu")).activation == .silu)
    #expect(try configuration("modernbert", key, nil).activation == .gelu)
    let spans = try configuration(
      "modernbert", "modern-bert.attention.sliding_window_pattern", .u32(2)
    ).spans
    #expect(spans.map { $0 == nil } == [true, false, true, false])
  }
}
