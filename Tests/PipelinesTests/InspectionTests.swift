import Checkpoints
import Inspection
import JSON
import Kernels
import Safetensors
import Tensors
import TestSupport
import Testing
import Work

@Suite struct InspectionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func inspect(_ path: String, statistics: Bool = false) throws -> Inspection {
    try Inspection(
      try Checkpoint(path: path), withStatistics: statistics, Context(Parallel(threads: 2)))
  }

  @Test func `a model tells its feed-forward layers by its configuration`() throws {
    let inspection = try inspect(Fixture.model)
    let ffn = try #require(inspection.feedForward)
    #expect(ffn.layers == 4 && ffn.hiddenSize == 128 && ffn.intermediateSize == 384)
    #expect(ffn.activation == "silu" && ffn.gated)
    #expect(inspection.architecture == "llama" && inspection.format == .safetensors)
    #expect(inspection.tensors.count == 39 && inspection.parameterCount == 1_049_728)
    #expect(inspection.risks.isEmpty && inspection.problems.isEmpty)
    #expect(inspection.files.count == 1 && inspection.container == nil)
    #expect(inspection.byteCount == (try bytes(at: Fixture.model + "/model.safetensors").count))
  }

  @Test func `without a configuration the names and shapes tell`() throws {
    let path = try folder.copyModel(["model.safetensors"])
    let inspection = try inspect(path)
    let ffn = try #require(inspection.feedForward)
    #expect(ffn.layers == 4 && ffn.hiddenSize == 128 && ffn.intermediateSize == 384)
    #expect(ffn.activation == nil && ffn.gated)
    #expect(inspection.architecture == nil && inspection.problems.isEmpty)
    // A single file, without companion files.
    #expect(try inspect(path + "/model.safetensors").feedForward == ffn)
  }

  @Test func `tensors of which nothing is known are listed all the same`() throws {
    let tensor = try #require(TensorDescription(name: "x", elementType: .u8, shape: [2, 2]))
    try SafetensorsWriter.write([(tensor, [0, 1, 2, 255])], to: folder.path("a.safetensors"))
    let inspection = try inspect(folder.path("a.safetensors"), statistics: true)
    #expect(inspection.feedForward == nil && inspection.problems.isEmpty)
    let statistics = try #require(inspection.tensors[0].statistics)
    #expect(statistics.count == 4 && statistics.zero == 1)
    #expect(statistics.min == 0 && statistics.max == 255)
    #expect(inspection.document.object?["ffn"] == .null)
    #expect(inspection.document.object?["architecture"] == .null)
  }

  @Test func `a configuration that does not fit is a problem, not an error`() throws {
    let path = try folder.copyModel()
    try folder.replace(
      #""intermediate_size": 384"#, by: #""intermediate_size": 100"#, in: "model/config.json")
    let inspection = try inspect(path)
    // Names and shapes tell what the configuration does not.
    #expect(inspection.feedForward?.intermediateSize == 384)
    #expect(inspection.feedForward?.activation == "silu" && inspection.architecture == "llama")
    #expect(inspection.problems.count == 1 && "\(inspection.problems[0])".contains("[100, 128]"))
  }

  @Test func `pickles and code of strangers are risks`() throws {
    let path = try folder.copyModel()
    for name in ["a.bin", "b.pt", "c.pth", "d.pkl", "e.ckpt", "notes.txt"] {
      try folder.write([], to: "model/\(name)")
    }
    try folder.replace(
      #""model_type""#, by: #""auto_map": {"AutoModel": "modeling.Evil"}, "model_type""#,
      in: "model/config.json")
    let risks = try inspect(path).risks
    #expect(risks.count == 2)
    #expect(risks[0].hasPrefix("a.bin, b.pt, c.pth, d.pkl, …: pickles"))
    #expect(risks[1].contains("modeling.Evil"))
  }

  @Test func `a container tells the dense model and its experts`() throws {
    let inspection = try inspect(Converted.path())
    let dense = try inspect(Fixture.model)
    #expect(inspection.format == .dmoe && inspection.feedForward == dense.feedForward)
    #expect(inspection.tensors.map(\.description) == dense.tensors.map(\.description))
    let container = try #require(inspection.container)
    #expect(container.isComplete && container.expertsTotal == 4)
    #expect(container.importance == "weights" && container.experts.count == 4)
  }

  @Test func `statistics of a container are those of its source`() throws {
    let container = try inspect(Converted.path(), statistics: true)
    let dense = try inspect(Fixture.model, statistics: true)
    for (ours, theirs) in zip(container.tensors, dense.tensors) {
      #expect(ours.statistics != nil && ours.statistics == theirs.statistics)
    }
    let path = try folder.write(EditedContainer().prefix(expert: 0), to: "cut")
    let cut = try inspect(path, statistics: true)
    #expect(cut.container?.isComplete == false && cut.container?.experts.count == 1)
    // Incomplete tensors have no statistics.
    #expect(cut.tensors.filter { $0.statistics == nil }.count == 12)
  }

  @Test func `the document has the keys that others rely on`() throws {
    let document = try inspect(Converted.path(), statistics: true).document
    let object = try #require(document.object)
    for key in [
      "format", "architecture", "files", "bytes", "tensor_count", "parameter_count", "ffn",
      "complete", "experts", "tensors",
    ] { #expect(object[key] != nil, "\(key)") }
    let ffn = try #require(object["ffn"]?.object)
    #expect(
      ffn.members.map(\.name) == [
        "layers", "hidden_size", "intermediate_size", "activation", "gated",
      ])
    let expert = try #require(object["experts"]?.array?.first?.object)
    #expect(
      expert.members.map(\.name) == ["expert", "bytes", "parameters", "active_ffn_fraction"])
    let tensor = try #require(object["tensors"]?.array?.first?.object)
    #expect(
      tensor.members.map(\.name) == ["name", "element_type", "shape", "bytes", "statistics"])
    #expect(
      tensor["statistics"]?.object?.members.map(\.name) == [
        "count", "min", "max", "mean", "standard_deviation", "zero", "nan", "infinity",
      ])
    #expect(try JSONScanner.scan(JSONWriter.write(document, layout: .indented)) == document)
  }

  @Test func `an unknown model tells its layers, by names, shapes and its configuration`() throws {
    let path = try folder.copyModel()
    try folder.replace(
      #""model_type": "llama""#, by: #""model_type": "something_new""#, in: "model/config.json")
    let inspection = try inspect(path)
    #expect(inspection.architecture == "something_new" && inspection.problems.count == 1)
    let known = try inspect(Fixture.model)
    #expect(inspection.feedForward == known.feedForward)
  }

  @Test func `layers of different widths are listed`() throws {
    func tensor(_ name: TensorName, _ shape: [Int]) throws -> (TensorDescription, [UInt8]) {
      let tensor = try #require(
        TensorDescription(name: name, elementType: .f8E4M3, shape: shape))
      return (tensor, [UInt8](repeating: 0, count: tensor.byteCount))
    }
    let place = "language_model.model.layers."
    try SafetensorsWriter.write(
      [
        tensor(TensorName(place + "0.mlp.up_proj.weight"), [6, 4]),
        tensor(TensorName(place + "0.mlp.down_proj.weight"), [4, 6]),
        tensor(TensorName(place + "1.mlp.up_proj.weight"), [2, 4]),
        tensor(TensorName(place + "1.mlp.down_proj.weight"), [4, 2]),
        tensor("vision_tower.layers.0.mlp.fc1.weight", [8, 2]),
        tensor("vision_tower.layers.0.mlp.fc2.weight", [2, 8]),
      ], to: folder.path("model.safetensors"))
    let text = #"{"model_type": "x", "text_config": {"model_type": "y", "hidden_act": "relu"}}"#
    try folder.write(Array(text.utf8), to: "config.json")
    let inspection = try inspect(folder.path)
    #expect(
      inspection.document.object?["ffn"] == [
        "layers": 2, "hidden_size": 4, "intermediate_size": .null, "intermediate_sizes": [6, 2],
        "activation": "relu", "gated": false,
      ])
    #expect(
      inspection.notes == [
        "the language model is described in text_config: y",
        "also has feed-forward layers at vision_tower.layers.{layer}.mlp: 1, 2 → 8 → 2",
      ])
  }
}
