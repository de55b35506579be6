import JSON
import TestSupport
import Testing

/// GGUF models give the same results as safetensors.
@Suite struct GGUFModelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `the same weights give the same perplexity`() throws {
    let dense = try perplexity(of: Fixture.model)
    #expect(abs(try perplexity(of: Fixture.gguf(.bf16)) / dense - 1) < 1e-6)
    let bigEndian = try Fixture.writeGGUF(["f32", "--big-endian"], to: folder.path("big.gguf"))
    #expect(abs(try perplexity(of: bigEndian) / dense - 1) < 1e-6)
    let q80 = try Fixture.gguf(.q80)
    #expect(abs(try perplexity(of: q80) / dense - 1) < 0.01)
    #expect(abs(try perplexity(of: Fixture.gguf(.q40)) / dense - 1) < 0.1)
  }

  @Test func `a split file is its parts together, whichever of them is named`() throws {
    let dense = try perplexity(of: Fixture.gguf(.bf16))
    try Fixture.writeGGUF(["bf16", "--split", "16"], to: folder.path("s.gguf"))
    for name in ["s-00001-of-00003.gguf", "s-00003-of-00003.gguf", ""] {
      #expect(try perplexity(of: folder.path(name)) == dense)
    }
    let inspection = try document(["inspect", folder.path, "--json"])
    #expect(inspection.object?["files"]?.array?.count == 3)
    #expect(inspection.object?["tensor_count"]?.int == 39)
    let valid = try expectDone(["validate", folder.path])
    #expect(valid.contains("39 tensors in 3 GGUF files"))
  }

  @Test func `inspect tells what the file says`() throws {
    let text = try expectDone(["inspect", Fixture.gguf(.q40)])
    for line in [
      "gguf, llama", "; 4.53 bits per parameter", "FFN: 4 layers, 128 → 384 → 128, gated, silu",
      "Tokenizer: byte-level BPE (gpt2), 1 024 tokens", "array of 1024 string",
      "llama.rope.freq_base                    10000",
    ] {
      #expect(text.contains(line), "\(line) in \(text)")
    }
    let inspection = try document(["inspect", Fixture.gguf(.q40), "--json"])
    #expect(inspection.object?["format"]?.string == "gguf")
    #expect(inspection.object?["tokenizer"]?.object?["tokens"]?.int == 1024)
    #expect(inspection.object?["metadata"]?.array?.count == 19)
    let epsilon = ["--metadata", "llama.attention.layer_norm_rms_epsilon"]
    #expect(try expectDone(["inspect", Fixture.gguf(.q40)] + epsilon) == "1e-05\n")
    let tokens = try expectDone(
      ["inspect", Fixture.gguf(.q40), "--metadata", "tokenizer.ggml.tokens"])
    #expect(tokens.split(separator: "\n").count == 1024)
    try expectRefused(
      ["inspect", Fixture.gguf(.q40), "--metadata", "x"], 64, ["no key x", "general.name"],
      in: folder)
    #expect(try expectDone(["inspect", Fixture.model, "--metadata", "format"]) == "pt\n")
  }

  @Test func `a mixture of experts is described, and not partitioned`() throws {
    let path = folder.path("mixture.gguf")
    let script = """
      import sys, gguf, numpy
      writer = gguf.GGUFWriter(sys.argv[1], "qwen3moe")
      for key in "block_count expert_used_count".split():
          writer.add_uint32("qwen3moe." + key, 2)
      for layer in range(2):
          for name, shape in ("gate", (8, 16, 32)), ("up", (8, 16, 32)), ("down", (8, 32, 16)):
              writer.add_tensor(f"blk.{layer}.ffn_{name}_exps.weight", numpy.zeros(shape, "f4"))
      writer.write_header_to_file()
      writer.write_kv_data_to_file()
      writer.write_tensors_to_file()
      writer.close()
      """
    _ = try python(["-c", script, path])
    let text = try expectDone(["inspect", path])
    #expect(
      text.contains("Mixture of experts: 2 layers of 8 experts of 16 neurons, 2 for each token"))
    #expect(!text.contains("Problem"))
    try expectRefused(
      ["partition", path, "-o", folder.path("out"), "--importance", "weights"], 65, ["qwen3moe"],
      in: folder)
  }

  @Test(
    arguments: [
      ("llama.rope.scaling.type=\"unheard-of\"", "rope.scaling.type"),
      ("llama.residual_scale=0.5", "llama.residual_scale"),
      ("llama.expert_count=8", "a mixture of 8 experts"),
      ("llama.block_count=null", "llama.block_count"),
      ("llama.block_count=5", "blk.4."), ("llama.block_count=0", "llama.block_count"),
      ("llama.feed_forward_length=[384, 384, 384, 100]", "one number for all layers"),
      ("llama.attention.head_count=0", "llama.attention.head_count"),
      ("llama.attention.head_count_kv=3", "a divisor of 4"),
      ("llama.attention.key_length=64", "blk.0.attn_q.weight"),
      ("llama.embedding_length=\"128\"", "llama.embedding_length"),
      ("general.architecture=\"unheard-of\"", "unheard-of"),
      ("tokenizer.ggml.model=\"t5\"", "tokenizer.ggml.scores"),
      ("tokenizer.ggml.pre=\"unheard-of\"", "unheard-of"),
      ("tokenizer.ggml.tokens=null", "no tokenizer"),
    ])
  func `what cannot be run is refused by its key`(setting: String, mention: String) throws {
    let path = try Fixture.writeGGUF(["bf16", setting], to: folder.path("bad.gguf"))
    try expectRefused(["evaluate", path] + Fixture.text, 65, [mention], in: folder)
    // A model that cannot be run can still be inspected.
    try expectDone(["inspect", path])
  }

  @Test(
    arguments: [
      "llama.expert_count=8", "llama.attention.head_count_kv=[2, 2, 2, 1]",
      "llama.rope.scaling.type=\"unheard-of\"",
    ])
  func `a model that is not supported is neither valid nor invalid`(setting: String) throws {
    let path = try Fixture.writeGGUF(["bf16", setting], to: folder.path("other.gguf"))
    let run = try dynamoe(["validate", path])
    #expect(run.status == 65 && run.output.contains("sound as a file, but not supported"))
    #expect(!run.output.contains("valid\n") && !run.errors.contains("config.json"))
    let document = try JSONScanner.scan(
      Array(try dynamoe(["validate", path, "--json"]).output.utf8))
    #expect(document.object?["valid"] == .null)
  }

  /// The figures are llama.cpp's, of the logits behind each beginning of the tokens.
  @Test(arguments: [("true", 148_870.6195), ("false", 125_764.0699)])
  func `each token is predicted from those before it, whatever attention sees`(
    isCausal: String, expected: Double
  ) throws {
    let path = try Fixture.writeGGUF(
      ["f32", "llama.attention.causal=\(isCausal)"], to: folder.path("m.gguf"))
    let ids = try folder.write(
      Array("[12, 300, 45, 7, 512, 33, 801, 90, 4, 222]".utf8), to: "ids.jsonl")
    let result = try document([
      "evaluate", path, "--tokens", ids, "--bos", "never", "--variants", "dense", "--json",
    ])
    let variant = result.object?["variants"]?.array?.first
    let found = try #require(variant?.object?["perplexity"]?.double)
    #expect(abs(found / expected - 1) < 1e-5)
    #expect(result.object?["tokens"]?.int == 9)
  }

  @Test func `without causal attention, partition measures no perplexity and says why`() throws {
    let path = try Fixture.writeGGUF(
      ["f32", "llama.attention.causal=false"], to: folder.path("m.gguf"))
    let told = try expectDone(
      ["partition", path, "-o", folder.path("t.dmoe"), "--max-tokens", "512"] + Fixture.text)
    #expect(told.contains("attention is not causal"))
  }

  @Test func `an unknown architecture is named by its key`() throws {
    let path = try Fixture.writeGGUF(
      ["bf16", "general.architecture=\"unheard-of\""], to: folder.path("other.gguf"))
    let run = try dynamoe(["evaluate", path] + Fixture.text)
    #expect(run.status == 65 && run.errors.contains("general.architecture: unknown architecture"))
    #expect(!run.errors.contains("config.json"))
  }

  @Test func `files made to harm are refused in one line that names the field`() throws {
    let script = packageRoot.appending(path: "fixtures/hostile/make_gguf.py").path
    let place = folder.path("hostile")
    _ = try python(["-c", "import os, sys; os.mkdir(sys.argv[1])", place])
    _ = try python([script, place])
    let index = try #require(JSONScanner.scan(try bytes(at: place + "/index.json")).array)
    #expect(index.count > 100)
    for row in index.compactMap(\.object) {
      let path = place + "/" + (try #require(row["file"]?.string))
      switch row["error"]?.string {
      case nil: try expectDone(["inspect", path])
      case "notGGUF": try expectRefused(["inspect", path], 65, ["neither those of"], in: folder)
      default:
        let word = try #require(row["word"]?.string)
        try expectRefused(["inspect", path], 65, [word], in: folder)
      }
    }
  }

  @Test func `a tensor of an unknown type is shown, and refused where it is needed`() throws {
    let path = try Fixture.writeGGUF(["q4_0"], to: folder.path("q.gguf"))
    var file = try bytes(at: path)
    let name = Array("blk.1.ffn_up.weight".utf8)
    let start = try #require(file.firstRange(of: name)).upperBound
    // After the name: number of dimensions, two extents, then the type.
    file[start + 4 + 16] = 200
    try folder.write(file, to: "q.gguf")
    let text = try expectDone(["inspect", path])
    #expect(text.contains("blk.1.ffn_up.weight: type 200 is not known, 384 × 128"))
    try expectRefused(
      ["evaluate", path] + Fixture.text, 65, ["blk.1.ffn_up.weight", "type 200"], in: folder)
  }

  @Test func `one width for all layers may be said layer by layer`() throws {
    let path = try Fixture.writeGGUF(
      ["bf16", "llama.feed_forward_length=[384, 384, 384, 384]"], to: folder.path("alike.gguf"))
    try expectDone(["evaluate", path] + Fixture.text + ["--variants", "dense"])
  }

  private func perplexity(of path: String) throws -> Double {
    let variants = try document(
      ["evaluate", path, "--text", Fixture.heldOutText, "--max-tokens", "2000", "--variants"]
        + ["dense", "--json"]
    ).object?["variants"]?.array
    return try #require(variants?.first?.object?["perplexity"]?.double)
  }
}
