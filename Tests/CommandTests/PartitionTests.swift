import Foundation
import TestSupport
import Testing

@Suite struct PartitionTests {
  private static let reader =
    packageRoot.appending(path: "formats/reference/read_dmoe.py").path(percentEncoded: false)

  @Test func `what was partitioned holds every bit of its source`() throws {
    let path = try Fixture.converted().path
    let validation = try expectDone(["validate", path, "--against", Fixture.model])
    #expect(validation.contains("2 099 456 bytes: identical, bit for bit"))
    #expect(validation.hasSuffix("\(path): valid\n"))
    let evaluation = try expectDone(["evaluate", path] + Fixture.text)
    #expect(evaluation.contains("dense") && evaluation.contains("expert-2"))
  }

  @Test func `the reader in Python agrees, and sees a flipped bit`() throws {
    let path = try Fixture.converted().path
    let told = try python([Self.reader, path, "--against", Fixture.model])
    #expect(String(decoding: told, as: UTF8.self).contains("identical to \(Fixture.model): 39"))
    let folder = try TemporaryFolder()
    var damaged = try bytes(at: path)
    damaged[damaged.count / 2] ^= 4
    let other = try folder.write(damaged, to: "t.dmoe")
    let error = #expect(throws: PythonError.self) { try python([Self.reader, other]) }
    #expect(error?.description.contains("ended with 1") == true)
  }

  @Test func `another model is not the source`() throws {
    let folder = try TemporaryFolder()
    let model = try folder.copyModel()
    var weights = try bytes(at: model + "/model.safetensors")
    weights[weights.count - 1] ^= 1
    try folder.write(weights, to: "model/model.safetensors")
    let path = try Fixture.converted().path
    let run = try dynamoe(["validate", path, "--against", model])
    #expect(run.status == 1 && run.errors.isEmpty)
    #expect(run.output.contains("✗ source") && run.output.hasSuffix("not valid\n"))

    let small = try SmallModel().write(to: folder, "small")
    #expect(try dynamoe(["validate", path, "--against", small]).status == 1)
  }

  @Test func `the same input gives the same bytes, whatever the threads`() throws {
    for recipe in [Fixture.plain, ["--recipe", "dynamoe"], []] {
      var made: [[[UInt8]]] = []
      for threads in ["1", "2", "8"] {
        let folder = try TemporaryFolder()
        try expectDone(
          ["partition", Fixture.model, "-o", folder.path("t.dmoe"), "--threads", threads]
            + recipe + Fixture.text)
        made.append([
          try bytes(at: folder.path("t.dmoe")), try untimed(folder.path("t.report.json")),
        ])
      }
      #expect(made[0] == made[1] && made[0] == made[2], "\(recipe)")
    }
  }

  @Test func `the form of the checkpoint changes nothing of its tensors`() throws {
    let folder = try TemporaryFolder()
    let program = """
      import json, os, shutil, sys
      import ml_dtypes  # numpy learns bfloat16 from it
      from safetensors.numpy import load_file, save_file
      source, sharded, cache = sys.argv[1:]
      os.makedirs(sharded)
      tensors = load_file(source + "/model.safetensors")
      names = sorted(tensors)
      shards = {f"model-0000{n + 1}-of-00003.safetensors": names[n::3] for n in range(3)}
      for shard, held in shards.items():
          save_file({name: tensors[name] for name in held}, f"{sharded}/{shard}", {"format": "pt"})
      index = {"metadata": {"total_size": sum(t.nbytes for t in tensors.values())},
               "weight_map": {name: shard for shard, held in shards.items() for name in held}}
      json.dump(index, open(sharded + "/model.safetensors.index.json", "w"))
      for name in os.listdir(source):
          if name.endswith(".json"):
              shutil.copy(f"{source}/{name}", sharded)
      snapshot = cache + "/models--org--name/snapshots/c0ffee"
      os.makedirs(snapshot)
      os.makedirs(cache + "/models--org--name/blobs")
      for number, name in enumerate(os.listdir(sharded)):
          shutil.copy(f"{sharded}/{name}", f"{cache}/models--org--name/blobs/{number}")
          os.symlink(f"../../blobs/{number}", f"{snapshot}/{name}")
      """
    _ = try python(["-c", program, Fixture.model, folder.path("sharded"), folder.path("cache")])
    let snapshot = folder.path("cache/models--org--name/snapshots/c0ffee")
    var outputs = [try Fixture.converted().path]
    for (name, model) in [("sharded", folder.path("sharded")), ("cached", snapshot)] {
      let output = folder.path(name + ".dmoe")
      try expectDone(["partition", model, "-o", output] + Fixture.plain + Fixture.text)
      outputs.append(output)
    }
    // Links are followed; the folder itself may be one.
    #expect(try bytes(at: outputs[1]) == bytes(at: outputs[2]))
    for output in outputs {
      for model in [Fixture.model, folder.path("sharded"), snapshot] {
        try expectDone(["validate", output, "--against", model])
      }
      _ = try python([Self.reader, output, "--against", folder.path("sharded")])
    }
    let evaluate = ["--variants", "expert-1"] + Fixture.text
    let figures = try outputs.map { path in
      try expectDone(["evaluate", path] + evaluate).split(separator: "\n").last?
        .split(separator: "±").first
    }
    #expect(Set(figures).count == 1)
  }

  /// A small model with biases: those of gate and up are permuted with their neurons.
  @Test func `biases go with their neurons`() throws {
    let folder = try TemporaryFolder()
    var model = SmallModel(layers: 2)
    model.config["mlp_bias"] = true
    for layer in 0..<2 {
      model.tensors += [("gate", 8), ("up", 8), ("down", 4)].map {
        ("model.layers.\(layer).mlp.\($0.0)_proj.bias", [$0.1])
      }
    }
    let path = try model.write(to: folder)
    let output = folder.path("t.dmoe")
    try expectDone(
      ["partition", path, "-o", output, "--importance", "weights", "--fractions", "0.3,0.6,1"])
    try expectDone(["validate", output, "--against", path])
    _ = try python([Self.reader, output, "--against", path])
  }
}
