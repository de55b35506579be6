import JSON
import TestSupport
import Testing

/// Schema of the `--json` output.
@Suite struct DocumentTests {
  @Test func `inspect tells of a checkpoint`() throws {
    let document = try document(["inspect", Fixture.model, "--json", "--statistics"])
    try expectInspection(document, format: "safetensors")
    try document.expect(["complete": nil, "experts": nil])
    for tensor in try #require(document["tensors"]?.array) {
      try #require(tensor.object?["statistics"]?.object).expect([
        "count": .int, "min": .double, "max": .double, "mean": .double,
        "standard_deviation": .double, "zero": .int, "nan": .int, "infinity": .int,
      ])
    }
  }

  @Test func `inspect tells of a container`() throws {
    let document = try document(["inspect", try Fixture.converted().path, "--json"])
    try expectInspection(document, format: "dmoe")
    try document.expect(["complete": .bool])
    let experts = try #require(document["experts"]?.array)
    #expect(experts.count == 4)
    for expert in experts {
      try #require(expert.object).expect([
        "expert": .int, "bytes": .int, "parameters": .int, "active_ffn_fraction": .double,
      ])
    }
    #expect(experts.last?.object?["bytes"]?.int == document["bytes"]?.int)
  }

  private func expectInspection(_ document: JSONObject, format: String) throws {
    try document.expect([
      "format": .string, "architecture": .string, "files": .array, "bytes": .int,
      "tensor_count": .int, "parameter_count": .int, "ffn": .object, "tensors": .array,
    ])
    #expect(document["format"]?.string == format)
    try #require(document["ffn"]?.object).expect([
      "layers": .int, "hidden_size": .int, "intermediate_size": .int, "activation": .string,
      "gated": .bool,
    ])
    let tensors = try #require(document["tensors"]?.array)
    #expect(tensors.count == 39 && document["tensor_count"]?.int == 39)
    for tensor in tensors {
      try #require(tensor.object).expect([
        "name": .string, "element_type": .string, "shape": .array, "bytes": .int,
      ])
    }
  }

  @Test func `partition tells what it made`() throws {
    let converted = try Fixture.converted()
    #expect(converted.run.status == 0 && converted.run.errors.isEmpty)
    let document = try document(of: converted.run.output)
    try document.expect([
      "output": .string, "bytes": .int, "source_bytes": .int, "report": .string,
      "layers": .array, "seconds": .double,
    ])
    #expect(document["output"]?.string == converted.path)
    #expect(document["report"]?.string == converted.report)
    #expect(document["bytes"]?.int == (try bytes(at: converted.path).count))
    for (index, layer) in try #require(document["layers"]?.array).enumerated() {
      #expect(layer == ["layer": .int(index), "widths": [96, 192, 288, 384]])
    }
    try self.document(of: String(decoding: bytes(at: converted.report), as: UTF8.self)).expect([
      "schema": .string, "schema_version": .int, "source": .object, "calibration": .object,
      "plan": .object, "output": .object, "held_out": .object,
    ])
  }

  @Test func `validate tells of every check`() throws {
    let path = try Fixture.converted().path
    for arguments in [[path, "--against", Fixture.model], [path], [Fixture.model]] {
      let document = try document(["validate", "--json"] + arguments)
      try document.expect(["valid": .bool, "complete": .bool, "checks": .array])
      for check in try #require(document["checks"]?.array) {
        try #require(check.object).expect(["id": .string, "status": .string, "detail": .string])
        #expect(["passed", "skipped"].contains(check.object?["status"]?.string))
      }
    }
  }

  @Test func `evaluate tells of every variant, with null for what is not known`() throws {
    let path = try Fixture.converted().path
    let text = ["--text", Fixture.heldOutText, "--max-tokens", "400", "--context", "64"]
    let document = try document(["evaluate", path, "--json"] + text)
    try document.expect(["tokens": .int, "context": .int, "variants": .array])
    #expect(document["tokens"]?.int == 400 && document["context"]?.int == 64)
    let variants = try #require(document["variants"]?.array).compactMap(\.object)
    #expect(
      variants.map { $0["name"]?.string }
        == ["dense", "expert-0", "expert-1", "expert-2", "expert-3"])
    for variant in variants {
      try variant.expect([
        "perplexity": .double, "perplexity_standard_error": .double,
        "perplexity_ratio": .double, "perplexity_ratio_standard_error": .double,
        "active_ffn_fraction": .double, "router_fraction": .double, "cost_fraction": .double,
        "window_cost_fraction": .double, "mean_kld": .double, "mean_kld_standard_error": .double,
        "kld_percentiles": .object,
        "mean_delta_p": .double, "mean_delta_p_standard_error": .double, "rms_delta_p": .double,
        "rms_delta_p_standard_error": .double, "same_top_p": .double,
        "same_top_p_standard_error": .double, "tokens_per_second": .double,
      ])
      #expect(
        variant["expert"]?.int
          == variant["name"]?.string?.split(separator: "-").last
          .flatMap { Int($0) })
    }
    #expect(variants[0]["perplexity"] == variants[4]["perplexity"])
  }

  @Test func `calibrate and merge have a line, and no document`() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("stats")
    #expect(
      try expectDone(["calibrate", Fixture.model, "-o", output] + Fixture.text)
        == "\(output): 2 048 tokens, 4 layers\n")
  }

  /// The document on standard output, parsed by both our scanner and Python's json.
  private func document(_ arguments: [String]) throws -> JSONObject {
    try document(of: try expectDone(arguments))
  }

  private func document(of text: String) throws -> JSONObject {
    #expect(text.hasSuffix("}\n"))
    // Python accepts NaN and Infinity by default.
    let program = """
      import json, sys
      print(len(json.load(sys.stdin, parse_constant=lambda name: sys.exit(name))))
      """
    let object = try #require(try JSONScanner.scan(Array(text.utf8)).object)
    #expect(
      String(decoding: try python(["-c", program], input: Array(text.utf8)), as: UTF8.self)
        == "\(object.members.count)\n")
    return object
  }
}

private enum Kind { case int, double, bool, string, array, object }

extension JSONObject {
  /// Expects members of these kinds; nil for a member that must be absent.
  fileprivate func expect(_ kinds: [String: Kind?]) throws {
    for (name, kind) in kinds {
      let value = self[name]
      let fits =
        switch kind {
        case .int: value?.int != nil
        case .double: value?.double != nil
        case .bool: value?.bool != nil
        case .string: value?.string != nil
        case .array: value?.array != nil
        case .object: value?.object != nil
        case nil: value == nil
        }
      #expect(fits, "\(name): \(String(describing: value))")
    }
  }
}
