import ByteIO
import DynamoeKit
import Foundation
import TestSupport
import Testing

@Suite struct StreamingTests {
  private static let script =
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "stream_peer.py").path

  private func content(
    of tensor: Tensor, _ checkpoint: Checkpoint, byteLimit: Int
  ) throws -> [UInt8] {
    var pieces = try checkpoint.pieces(of: tensor, byteLimit: byteLimit)
    var bytes: [UInt8] = []
    while let piece = try pieces.next() {
      #expect(!piece.isEmpty && piece.count <= byteLimit)
      bytes += piece
    }
    #expect(try pieces.next() == nil)
    return bytes
  }

  @Test(arguments: ["quantized", "starcoder2"])
  func `a GGUF file gives the bytes and the values that the gguf package gives`(
    name: String
  ) throws {
    let path =
      name == "quantized"
      ? try Fixture.gguf(.q40)
      : packageRoot.appending(path: "fixtures/families/\(name)/model.gguf").path
    let checkpoint = try Checkpoint(path: path)
    #expect(checkpoint.format == .gguf)
    let found = try checkpoint.tensors.map { tensor in
      let bytes = try content(of: tensor, checkpoint, byteLimit: 5000)
      #expect(bytes.count == tensor.byteCount)
      let values = try tensor.floats(of: bytes)
      #expect(values.count == tensor.elementCount)
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      return [
        tensor.name, tensor.elementType, shape, "\(SHA256Digest.digest(of: bytes))",
        "\(SHA256Digest.digest(of: floatBytes(values)))",
      ].joined(separator: "\t")
    }
    let output = String(decoding: try python([Self.script, path]), as: UTF8.self)
    #expect(found.sorted() == output.split(separator: "\n").map(String.init).sorted())
    #expect(name != "quantized" || checkpoint.tensors.contains { $0.elementType == "Q4_0" })
  }

  @Test(arguments: ["residual", "published"])
  func `a container gives back every tensor of its source, bit for bit`(name: String) throws {
    let container = try Checkpoint(
      path: name == "residual" ? Fixture.routed().path : Fixture.published().path)
    let source = try Checkpoint(path: Fixture.model)
    #expect(container.format == .dmoe && source.format == .safetensors)
    #expect(container.tensors.count == 39)
    for tensor in source.tensors {
      #expect(container.tensor(named: tensor.name) == tensor)
      let expected = try content(of: tensor, source, byteLimit: 1 << 22)
      // The limit divides neither rows nor blocks.
      #expect(try content(of: tensor, container, byteLimit: 10_001) == expected)
    }
  }

  @Test func `a piece is whole blocks, and at least one`() throws {
    let checkpoint = try Checkpoint(path: Fixture.gguf(.q40))
    let tensor = try #require(checkpoint.tensors.first { $0.elementType == "Q4_0" })
    var pieces = try checkpoint.pieces(of: tensor, byteLimit: 1)
    #expect(try pieces.next()?.count == 18)
    pieces = try checkpoint.pieces(of: tensor, byteLimit: 53)
    let piece = try #require(try pieces.next())
    #expect(piece.count == 36)
    #expect(try tensor.floats(of: piece).count == 64)
    #expect(try tensor.floats(of: []) == [])
    expectError(.usage, "whole blocks of 18 bytes, found 17") {
      _ = try tensor.floats(of: Array(piece.prefix(17)))
    }
    expectError(.usage, "byteLimit 0") { _ = try checkpoint.pieces(of: tensor, byteLimit: 0) }
  }

  @Test func `a tensor of another checkpoint is not read`() throws {
    let checkpoint = try Checkpoint(path: Fixture.gguf(.q40))
    let other = try #require(try Checkpoint(path: Fixture.model).tensors.first)
    #expect(checkpoint.tensor(named: other.name) == nil)
    expectError(.data, "there is no tensor \(other.name)") {
      _ = try checkpoint.pieces(of: other)
    }
  }

  @Test func `a file that changes while it is read is an error`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(try bytes(at: Fixture.gguf(.q40)), to: "t.gguf")
    let checkpoint = try Checkpoint(path: path)
    var pieces = try checkpoint.pieces(of: checkpoint.tensors[0])
    _ = try pieces.next()
    try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 5000)
    expectError(.inputOutput, "changed while it was being read") {
      while try pieces.next() != nil {}
    }
    expectError(.inputOutput, "changed while it was being read") {
      var pieces = try checkpoint.pieces(of: checkpoint.tensors[20])
      while try pieces.next() != nil {}
    }
  }

  @Test func `what a cut file lacks is an error, and what it holds is not`() throws {
    let folder = try TemporaryFolder()
    let cut = folder.path("cut.dmoe")
    let run = try dynamoe([
      "export", Fixture.published().path, "--format", "dmoe", "--expert", "1", "-o", cut,
    ])
    try #require(run.status == 0, "\(run)")
    let checkpoint = try Checkpoint(path: cut)
    let whole = try #require(checkpoint.tensor(named: "model.norm.weight"))
    let parted = try #require(checkpoint.tensor(named: "model.layers.0.mlp.up_proj.weight"))
    #expect(try content(of: whole, checkpoint, byteLimit: 1000).count == whole.byteCount)
    expectError(.data, "holds only the smaller experts") {
      _ = try content(of: parted, checkpoint, byteLimit: 1000)
    }
    let model = try Model(checkpoint)
    #expect(model.variants == [.expert(0), .expert(1)])
    #expect(model.widths == [[Int]](repeating: [96, 192], count: 4))
  }

  @Test func `an overlay has the weights of its base`() throws {
    let folder = try TemporaryFolder()
    let overlay = folder.path("overlay.dmoe")
    let run = try dynamoe([
      "partition", Fixture.model, "-o", overlay, "--importance", "weights", "--overlay",
    ])
    try #require(run.status == 0, "\(run)")
    let alone = try Checkpoint(path: overlay)
    expectError(.usage, "without weights", "the base that it was made from") {
      _ = try alone.pieces(of: alone.tensors[0])
    }
    expectError(.usage, "without weights") { _ = try Model(alone) }
    let source = try Checkpoint(path: Fixture.model)
    let based = try Checkpoint(path: overlay, base: Fixture.model)
    for tensor in source.tensors.prefix(12) {
      #expect(
        try content(of: tensor, based, byteLimit: 4096)
          == content(of: tensor, source, byteLimit: 4096))
    }
    let tokens = try Fixture.windows(1)[0]
    let logits = try Model(based).run(tokens, as: .dense, logits: .last).logits
    let expected = try Model(source).run(tokens, as: .dense, logits: .last).logits
    for (found, expected) in zip(logits.joined(), expected.joined()) {
      #expect(abs(found - expected) < 1e-3)
    }
    expectError(.data, "made from another checkpoint") {
      _ = try Checkpoint(path: overlay, base: Fixture.gguf(.q40))
    }
  }
}
