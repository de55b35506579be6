import Foundation
import JSON
import TestSupport
import Testing

/// Models that GGUF cannot express, and the files left after a failed export.
@Suite struct GGUFExportRefusalTests {
  private static let root = packageRoot.appending(path: "fixtures/families").path(
    percentEncoded: false)

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func export(_ file: String, _ expert: String, to output: String) -> [String] {
    ["export", file, "--format", "gguf", "--expert", expert, "-o", output]
  }

  /// Converts a family's checkpoint after changing one of its files.
  private func converted(
    _ name: String, _ file: String? = nil, _ body: (inout JSONObject) throws -> Void = { _ in }
  ) throws -> String {
    let model = folder.path("model-\(UUID().uuidString)")
    try FileManager.default.copyItem(atPath: "\(Self.root)/\(name)", toPath: model)
    try FileManager.default.removeItem(atPath: model + "/config.transformers-5.json")
    try? FileManager.default.removeItem(atPath: model + "/model.gguf")
    for file in ["expected.safetensors", "expected-gguf.safetensors"] {
      try? FileManager.default.removeItem(atPath: "\(model)/\(file)")
    }
    if let file {
      var object = try #require(JSONScanner.scan(bytes(at: "\(model)/\(file)")).object)
      try body(&object)
      try Data(JSONWriter.write(.object(object))).write(to: URL(filePath: "\(model)/\(file)"))
    }
    let path = folder.path("t.dmoe")
    try expectDone(
      ["partition", model, "-o", path, "--force", "--importance", "weights", "--experts", "2"])
    return path
  }

  @Test func `usage that means nothing is refused`() throws {
    let file = try Fixture.converted().path
    let output = folder.path("out.gguf")
    try expectRefused(
      ["export", file, "--format", "gguf", "-o", output], 64,
      ["--expert", "a GGUF file holds one expert"], in: folder)
    for type in ["q4_k_m", "q6_K", "iq2_xs", "x", ""] {
      try expectRefused(
        export(file, "0", to: output) + ["--type", type], 64,
        ["--type \(type): expected f32, f16, bf16, q8_0, q4_0", "export bf16", "llama-quantize"],
        in: folder)
    }
    try expectRefused(
      ["export", file, "--format", "dmoe", "--expert", "0", "-o", output, "--type", "f16"], 64,
      ["--type belongs to --format gguf"], in: folder)
    try expectRefused(
      export(file, "0", to: output) + ["--shard-size", "1GB"], 64, ["--shard-size"], in: folder)
    try expectRefused(export(file, "42%", to: output), 64, ["no such expert"], in: folder)
    try expectRefused(export(Fixture.model, "0", to: output), 65, ["expected a .dmoe"], in: folder)
  }

  @Test func `families without an architecture are refused by name`() throws {
    try expectRefused(
      export(converted("opt"), "0", to: folder.path("x")), 65,
      [
        "the family opt, whose form in GGUF is not known here", "cannot be represented in GGUF",
        "--format hf",
      ], in: folder)
  }

  /// Settings of configuration or tokenizer that GGUF lacks, and the words expected in the errors.
  private static let inexpressible: [(String, String, String, String, String)] = [
    ("gemma2", "config.json", "query_pre_attn_scalar", "8", "the root of 8.0"),
    (
      "gemma2", "config.json", "final_logit_softcapping", "null", "without a soft cap of logits"
    ),
    (
      "gemma2", "config.json", "attn_logit_softcapping", "null",
      "without a soft cap of attention scores"
    ),
    ("llama3", "config.json", "hidden_act", "\"relu\"", "the activation relu"),
    ("cohere2", "config.json", "sliding_window", "null", "without attention windows"),
    (
      "modernbert", "config.json", "layer_types",
      #"["sliding_attention", "full_attention", "sliding_attention", "sliding_attention"]"#,
      "windows in other layers"
    ),
    (
      "modernbert", "config.json", "layer_types",
      #"["full_attention", "sliding_attention", "full_attention", "full_attention"]"#,
      "windows in other layers"
    ),
    (
      "gemma3", "config.json", "layer_types",
      #"["full_attention", "sliding_attention", "sliding_attention", "full_attention", "sliding_attention", "full_attention"]"#,
      "windows in other layers"
    ),
    (
      "qwen2", "config.json", "rope_scaling",
      #"{"rope_type": "yarn", "factor": 2, "beta_fast": 16}"#, "this scaling of positions"
    ),
    (
      "qwen2", "config.json", "rope_scaling",
      #"{"rope_type": "llama3", "factor": 2, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 32}"#,
      "this scaling of positions"
    ),
    (
      "gpt_neox", "config.json", "attention_bias", "false", "without biases of the attention output"
    ),
    ("starcoder2", "config.json", "use_bias", "false", "without biases of the attention output"),
    (
      "qwen2", "tokenizer.json", "normalizer", #"{"type": "Lowercase"}"#,
      "normalizer: one other than NFC"
    ),
    (
      "gpt2", "tokenizer.json", "pre_tokenizer",
      #"{"type": "ByteLevel", "add_prefix_space": true}"#, "splitting words that has no name"
    ),
    (
      "gpt2", "tokenizer.json", "pre_tokenizer",
      #"{"type": "Sequence", "pretokenizers": [{"type": "Punctuation"}, {"type": "ByteLevel", "add_prefix_space": false}]}"#,
      "a way of splitting words that has no name"
    ),
    ("mistral", "tokenizer.json", "normalizer", #"{"type": "NFKC"}"#, "treatment of spaces"),
  ]

  @Test(arguments: inexpressible.indices)
  func `what no key can say is refused, with the way out`(_ index: Int) throws {
    let (name, document, key, value, mention) = Self.inexpressible[index]
    let file = try converted(name, document) { $0[key] = try JSONScanner.scan(Array(value.utf8)) }
    try expectRefused(
      export(file, "0", to: folder.path("x")), 65,
      [mention, "cannot be represented in GGUF", "--format hf", "convert_hf_to_gguf.py"], in: folder
    )
  }

  /// Options of a description that contradict the architecture, and the words expected.
  private static let contradictions = [
    (#""scales_embedding": true"#, "with scaled embeddings"),
    (#""parallel": true"#, "in parallel"),
    (#""keys": {"output_soft_cap": "rope_theta"}"#, "with a soft cap of logits"),
    (#""keys": {"attention_soft_cap": "rope_theta"}"#, "with a soft cap of attention scores"),
  ]

  @Test(arguments: contradictions)
  func `what a description adds to an architecture is refused`(
    _ option: String, _ mention: String
  ) throws {
    let family = try folder.write(Array(#"{"like": "llama", \#(option)}"#.utf8), to: "family.json")
    let file = folder.path("t.dmoe")
    try expectDone(
      ["partition", "\(Self.root)/llama3/model.safetensors", "--family", family, "-o", file]
        + ["--importance", "weights", "--experts", "2"])
    try expectRefused(
      export(file, "0", to: folder.path("x")), 65, [mention, "cannot be represented in GGUF"],
      in: folder)
  }

  @Test func `a model without a tokenizer is refused`() throws {
    let model = try SmallModel().write(to: folder)
    let file = folder.path("t.dmoe")
    try expectDone(
      ["partition", model, "-o", file, "--importance", "weights", "--experts", "2"])
    try expectRefused(
      export(file, "0", to: folder.path("x")), 65, ["without tokenizer.json"], in: folder)
  }

  @Test func `windows that are forgotten are told of`() throws {
    let told = try expectDone(export(converted("mistral"), "0", to: folder.path("x")))
    #expect(told.contains("Note: llama.cpp ignores the attention window of 16 positions"))
  }

  @Test func `values that a type cannot hold are refused`() throws {
    let path = try SmallModel(hidden: 32, neurons: 64, vocabulary: 320).write(to: folder)
    let script = """
      import sys, numpy
      from safetensors.numpy import load_file, save_file
      tensors = load_file(sys.argv[1] + "/model.safetensors")
      tensors["model.layers.0.self_attn.o_proj.weight"][3, 5] = 1e6
      save_file(tensors, sys.argv[1] + "/model.safetensors")
      """
    _ = try python(["-c", script, path])
    try FileManager.default.copyItem(
      atPath: "\(Self.root)/gpt2/tokenizer.json", toPath: path + "/tokenizer.json")
    let file = folder.path("t.dmoe")
    try expectDone(
      ["partition", path, "-o", file, "--importance", "weights", "--experts", "2"])
    try expectRefused(
      export(file, "0", to: folder.path("x")) + ["--type", "f16"], 65,
      ["blk.0.attn_output.weight: has values that F16 cannot hold", "--type bf16"], in: folder)
    try expectDone(export(file, "0", to: folder.path("x")) + ["--type", "bf16"])
  }

  @Test func `only with --force a file is replaced, and never an input`() throws {
    let file = try folder.write(bytes(at: Fixture.converted().path), to: "t.dmoe")
    let output = folder.path("out.gguf")
    try expectDone(export(file, "0", to: output))
    let before = try bytes(at: output)
    try expectRefused(export(file, "1", to: output), 73, ["already exists", "--force"], in: folder)
    #expect(try bytes(at: output) == before)
    try expectDone(export(file, "0", to: output) + ["--force", "--threads", "1"])
    #expect(try bytes(at: output) == before)
    try expectRefused(export(file, "0", to: file) + ["--force"], 73, ["t.dmoe"], in: folder)
    try expectRefused(
      export(file, "0", to: folder.path("none/out")), 73, ["there is no folder"], in: folder)
  }

  @Test func `a full disk is an error, and leaves nothing`() throws {
    let file = try Fixture.converted().path
    let arguments = export(file, "dense", to: folder.path("out")).map { "'\($0)'" }
    let limited = try run(
      "/bin/sh",
      ["-c", "ulimit -f 64; exec '\(programPath)' \(arguments.joined(separator: " "))"])
    #expect(limited.exited && limited.status == 74)
    #expect(limited.errors.contains("cannot be written"))
    #expect(try folder.names().isEmpty)
  }

  @Test func `interrupted, it leaves what was there`() throws {
    // Large enough to be interrupted.
    let model = try SmallModel(hidden: 256, vocabulary: 16_000).write(to: folder)
    try FileManager.default.copyItem(
      atPath: "\(Self.root)/gpt2/tokenizer.json", toPath: model + "/tokenizer.json")
    let file = folder.path("t.dmoe")
    try expectDone(["partition", model, "-o", file, "--importance", "weights", "--experts", "2"])
    let output = try folder.write([1, 2, 3], to: "out.gguf")
    let before = try folder.everything()
    let process = Process()
    process.executableURL = URL(filePath: programPath)
    process.arguments = export(file, "dense", to: output) + ["--force", "--type", "q4_0"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while try !folder.names().contains(where: { $0.hasSuffix(".dynamoe-partial") }) {
      try #require(process.isRunning, "it was done before it could be interrupted")
      Thread.sleep(forTimeInterval: 0.0005)
    }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try folder.everything() == before)
    #expect(try bytes(at: output) == [1, 2, 3])
  }

  /// Damage to an exported file, and the words expected from `validate`.
  @Test(arguments: [
    ("weights", "blk.1.ffn_down.weight: differs from the expert, first at its byte 777"),
    ("key", "the key llama.rope.freq_base is not the expert's"),
    ("missing key", "the key tokenizer.ggml.bos_token_id is missing"),
    ("width", "its layers have 100 neurons"),
    ("tensor", "the tensor output_norm.weight is missing"),
    ("extra", "the tensor extra is not in the expert"),
  ])
  func `a file that is not the expert is not valid`(what: String, mention: String) throws {
    let file = try Fixture.converted().path
    let output = folder.path("out.gguf")
    try expectDone(export(file, "1", to: output))
    let script = """
      import sys, gguf, numpy
      reader, what = gguf.GGUFReader(sys.argv[1]), sys.argv[3]
      writer = gguf.GGUFWriter(sys.argv[2], "llama")
      for key, field in reader.fields.items():
          if key.startswith("GGUF.") or key == "general.architecture": continue
          if what == "missing key" and key == "tokenizer.ggml.bos_token_id": continue
          value = field.contents()
          if what == "key" and key == "llama.rope.freq_base": value = 9999.0
          if what == "width" and key == "llama.feed_forward_length": value = 100
          kind = field.types[0]
          sub = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
          writer.add_key_value(key, value, kind, sub)
      for tensor in reader.tensors:
          if what == "tensor" and tensor.name == "output_norm.weight": continue
          data = numpy.array(tensor.data)
          if what == "weights" and tensor.name == "blk.1.ffn_down.weight":
              data.reshape(-1).view("u1")[777] ^= 1
          writer.add_tensor(tensor.name, data, raw_dtype=tensor.tensor_type)
      if what == "extra": writer.add_tensor("extra", numpy.zeros(4, "f4"))
      writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file()
      writer.close()
      """
    let other = folder.path("other.gguf")
    _ = try python(["-c", script, output, other, "nothing"])
    try expectDone(["validate", other, "--against", file])
    _ = try python(["-c", script, output, other, what])
    let run = try dynamoe(["validate", other, "--against", file])
    #expect(run.status == 1 && run.output.contains(mention), "\(run)")
  }
}
