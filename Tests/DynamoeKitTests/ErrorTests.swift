import DynamoeKit
import Foundation
import TestSupport
import Testing

@Suite struct ErrorTests {
  @Test func `what cannot be opened is told by its kind`() throws {
    let folder = try TemporaryFolder()
    func open(_ bytes: [UInt8], _ name: String) throws {
      _ = try Checkpoint(path: try folder.write(bytes, to: name))
    }
    expectError(.missingInput, "none: no such file") {
      _ = try Checkpoint(path: folder.path("none"))
    }
    expectError(.data, "expected at least 8 bytes, found 0") { try open([], "empty") }
    expectError(.data, "version at byte 4: truncated") {
      try open(Array("GGUF\u{3}".utf8), "short.gguf")
    }
    let container = try bytes(at: Fixture.routed().path)
    expectError(.data, "cut inside") { try open(container.dropLast(), "cut.dmoe") }
    var damaged = container
    damaged[100] ^= 1
    expectError(.data, "CRC-32") { try open(damaged, "damaged.dmoe") }
    expectError(.data, "has its own weights and needs no base") {
      _ = try Checkpoint(path: Fixture.routed().path, base: Fixture.model)
    }
  }

  @Test func `damaged weights are an error where they are read`() throws {
    let folder = try TemporaryFolder()
    var container = try bytes(at: Fixture.routed().path)
    container[container.count - 3000] ^= 1
    let model = try Model(
      Checkpoint(path: try folder.write(container, to: "damaged.dmoe")))
    expectError(.data, "damaged: the block of") { _ = try model.run([1, 2], as: .dense) }
  }

  @Test func `a checkpoint that cannot be run can still be streamed`() throws {
    let folder = try TemporaryFolder()
    try folder.write(try fixture("fixtures/tiny-llama/model.safetensors"), to: "w.safetensors")
    let checkpoint = try Checkpoint(path: folder.path("w.safetensors"))
    #expect(checkpoint.tensors.count == 39)
    expectError(.data, "config.json") { _ = try Model(checkpoint) }
    try folder.write(try fixture("fixtures/tiny-llama/config.json"), to: "config.json")
    // Companion files are looked up only once.
    let model = try Model(Checkpoint(path: folder.path("w.safetensors")))
    expectError(.data, "there is no tokenizer") { _ = try Tokenizer(model) }
  }

  @Test(
    arguments: [
      (Variant.expert(8), "there is no variant expert-8; available: dense, expert-0"),
      (.expert(-1), "expert--1"), (.budget(.nan), "budget nan"), (.budget(-1), "budget -1.0"),
      (.budget(.infinity), "budget inf"), (.threshold(0.5), "routed@0.5"),
    ])
  func `a variant that is not there is wrong usage`(variant: Variant, mention: String) throws {
    let model = try Model(Checkpoint(path: Fixture.routed().path))
    expectError(.usage, mention) { _ = try model.run([1], as: variant) }
    let dense = try Model(Checkpoint(path: Fixture.model))
    expectError(.usage) { _ = try dense.run([1], as: variant) }
  }

  @Test func `tokens that the model does not have are refused`() throws {
    let model = try Model(Checkpoint(path: Fixture.model))
    for token in [-1, model.vocabularySize, .max] {
      expectError(.data, "token \(token)") { _ = try model.run([1, token], as: .dense) }
    }
    expectError(.usage, "window 0") { _ = try model.run([], as: .dense) }
    expectError(.usage, "window 1") { _ = try model.run(windows: [[1], []], as: .dense) }
    expectError(.usage, "layer 4") {
      _ = try Model(Checkpoint(path: Fixture.routed().path)).neuronOrder(ofLayer: 4)
    }
    expectError(.usage, "dense checkpoint") { _ = try model.neuronOrder(ofLayer: 0) }
    for threads in [0, -1, 1025] {
      expectError(.usage, "threads \(threads)") {
        _ = try Model(model.checkpoint, threads: threads)
      }
    }
  }

  @Test func `an encoder has experts, and no logits`() throws {
    let path = packageRoot.appending(path: "fixtures/families/bert").path
    let model = try Model(Checkpoint(path: path))
    expectError(.data, "encoder") { _ = try model.run([1, 2, 3], as: .dense, logits: .last) }
    let run = try model.run([1, 2, 3], as: .dense, logits: .none)
    #expect(run.experts.count == 3 && run.costFraction == 1)
  }
}
