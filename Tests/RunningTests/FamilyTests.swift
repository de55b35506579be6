import Architectures
import Checkpoints
import Foundation
import Kernels
import Running
import Safetensors
import Tensors
import TestSupport
import Testing

/// Tiny checkpoints of every family, compared with the results of Transformers
/// (`fixtures/families`).
@Suite struct FamilyTests {
  @Test(arguments: FamilyFolders.all)
  func `a checkpoint gives what Transformers gives`(_ folder: String) throws {
    try compare(folder, Self.path(folder, "model.safetensors"))
  }

  @Test(arguments: FamilyFolders.withGGUF)
  func `the same from GGUF`(_ folder: String) throws {
    try compare(folder, Self.path(folder, "model.gguf"))
  }

  @Test(arguments: FamilyFolders.all)
  func `a configuration as Transformers 5 writes it gives the same`(_ folder: String) throws {
    let place = try TemporaryFolder()
    try place.write(
      fixture("fixtures/families/\(folder)/model.safetensors"), to: "model.safetensors")
    try place.write(
      fixture("fixtures/families/\(folder)/config.transformers-5.json"), to: "config.json")
    try compare(folder, place.path)
  }

  @Test func `every family has a checkpoint here`() throws {
    let folders = FamilyFolders.all + FamilyFolders.unrun
    let names = try folders.map { try Model(path: Self.path($0)).family.name }
    #expect(Set(names) == Set(Family.known.map(\.name)))
  }

  private static func path(_ folder: String, _ file: String = "") -> String {
    packageRoot.appending(path: "fixtures/families/\(folder)/\(file)").path
  }

  private func compare(_ folder: String, _ path: String) throws {
    // GGUF cannot express all of config.json, so some results differ.
    let own = Self.path(folder, "expected-gguf.safetensors")
    let isOwn = path.hasSuffix(".gguf") && FileManager.default.fileExists(atPath: own)
    let reader = try SafetensorsReader(
      path: isOwn ? own : Self.path(folder, "expected.safetensors"))
    func expected(_ name: String) throws -> [Double] {
      let tensor = try #require(reader.tensor(TensorName(name)), "\(name)")
      return tensor.elementType.doubles(try reader.read(tensor.name))
    }
    let ids = try reader.read(TensorName("input_ids"))
    let window = stride(from: 0, to: ids.count, by: 4).map { Int(ids[$0]) | Int(ids[$0 + 1]) << 8 }
    let model = try Model(path: path)
    let parallel = Parallel(threads: 2)
    let finished = try LayerSweep(model, parallel: parallel).run([window]) { call in
      let hidden = call.weights.hidden(call.input)
      return (call.weights.output(hidden), hidden)
    } finishedLayer: { layer, observations in
      let hidden = observations[0][0]
      let sums = [
        ("abs_sum", hidden.columnAbsoluteSums()), ("square_sum", hidden.columnSquareSums()),
      ]
      for (name, sums) in sums {
        let name = "layers.\(layer).\(name)"
        #expect(throws: Never.self) { try expectClose(sums, expected(name), name) }
      }
    }
    let stream = finished[0][0].stream
    // An encoder may end with a norm, and has no logits after it.
    let output =
      model.family.isEncoder && model.tensorName(.outputNorm) == nil
      ? stream : try OutputHead(model, parallel: parallel).logits(stream)
    let name = model.family.isEncoder ? "hidden_states" : "logits"
    try expectClose(output.values.map(Double.init), expected(name), name)
  }

  /// Expects agreement within 2e-5 of the range of the expected values.
  private func expectClose(_ found: [Double], _ expected: [Double], _ name: String) throws {
    try #require(found.count == expected.count, "\(name)")
    let range = (expected.max() ?? 0) - (expected.min() ?? 0)
    let error = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(error <= 2e-5 * range, "\(name): \(error / range) of the range")
  }
}
