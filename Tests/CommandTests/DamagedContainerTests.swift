import TestSupport
import Testing

@Suite struct DamagedContainerTests {
  private static let stretches = 16

  /// A container of a few kilobytes, small enough to flip bits all over it.
  private static let small = Result {
    let folder = try TemporaryFolder()
    let output = folder.path("small.dmoe")
    let model = try SmallModel().write(to: folder)
    try expectDone(
      ["partition", model, "-o", output, "--importance", "weights", "--experts", "2"])
    return try bytes(at: output)
  }

  /// Flips one bit in every byte of preamble and directory, and in every third byte after them.
  @Test(arguments: 0..<stretches)
  func `one flipped bit anywhere is found, and where`(stretch: Int) throws {
    let whole = try Self.small.get()
    let layout = try ContainerLayout(whole)
    for offset in stride(from: stretch, to: whole.count, by: Self.stretches)
    where offset < layout.directoryEnd || offset % 3 == 0 {
      try expectFound(offset, in: whole, layout)
    }
  }

  @Test func `one flipped bit of a trained model is found, and where`() throws {
    let whole = try bytes(at: try Fixture.converted().path)
    let layout = try ContainerLayout(whole)
    var numbers = RandomNumbers(seed: 3)
    for _ in 0..<100 {
      try expectFound(Int.random(in: 0..<whole.count, using: &numbers), in: whole, layout)
    }
    for (tensor, next) in zip(layout.tensors, layout.tensors.dropFirst())
    where tensor.upperBound < next.lowerBound {
      try expectFound(tensor.upperBound, in: whole, layout)
      try expectFound(next.lowerBound - 1, in: whole, layout)
    }
  }

  /// All checksums are valid: only decoding, or the digests, can detect the change.
  @Test func `a coded block whose stream is another one is found`() throws {
    let folder = try TemporaryFolder()
    let script = """
      import json, struct, sys, zlib
      data = bytearray(open(sys.argv[1], "rb").read())
      end = 64 + struct.unpack_from("<Q", data, 8)[0]
      text = bytes(data[64:end])
      tensor = [t for s in json.loads(text)["sections"] for t in s["tensors"] if t["kind"] == "up"][0]
      begin, (length, old) = tensor["offset"], tensor["blocks"][0]
      for number in range(60):
          block = bytearray(data[begin:begin + length])
          block[number if number < 16 else 8 + 37 * number % (length - 8)] ^= 1 << number % 8
          new = text.replace(b'"%s"' % old.encode(), b'"%08x"' % zlib.crc32(block), 1)
          head = bytearray(data[:64])
          struct.pack_into("<I", head, 24, zlib.crc32(new))
          struct.pack_into("<I", head, 60, zlib.crc32(head[:60]))
          file = head + new + data[end:begin] + block + data[begin + length:]
          open(f"{sys.argv[2]}{number}", "wb").write(file)
      """
    _ = try python(["-c", script, Fixture.converted().path, folder.path("spoilt")])
    for number in 0..<60 {
      let path = folder.path("spoilt\(number)")
      let run = try dynamoe(["validate", path, "--threads", "1"])
      #expect(run.exited && (run.status == 1 || run.status == 65), "\(number): \(run)")
    }
  }

  private func expectFound(_ offset: Int, in whole: [UInt8], _ layout: ContainerLayout) throws {
    var damaged = whole
    damaged[offset] ^= 1 << (offset % 8)
    let folder = try TemporaryFolder()
    let path = try folder.write(damaged, to: "t.dmoe")
    let run = try dynamoe(
      ["validate", path, "--threads", "1"], environment: ["OPENBLAS_NUM_THREADS": "1"])
    let comment: Comment = "byte \(offset): \(run)"
    #expect(run.exited, comment)
    if offset < layout.directoryEnd {
      let place =
        switch offset {
        // Without the magic number, the file is read as safetensors.
        case 0..<4: "not a safetensors file"
        case 4..<8: "version"
        case 8..<64: "preamble"
        default: "directory"
        }
      #expect(run.status == 65 && run.output.isEmpty, comment)
      #expect(run.errors.hasPrefix("dynamoe: \(path): ") && run.errors.contains(place), comment)
    } else {
      let tensor = layout.tensors.first { $0.contains(offset) }
      // Every tensor of this file is a single block.
      let place =
        tensor.map { "at byte \($0.lowerBound) has CRC-32" }
        ?? "the padding at byte \(offset) is not zero"
      #expect(run.status == 1 && run.errors.isEmpty, comment)
      #expect(run.output.contains("✗ checksums") && run.output.contains(place), comment)
    }
  }

  @Test func `no command takes damaged weights for weights`() throws {
    let folder = try TemporaryFolder()
    var damaged = try bytes(at: try Fixture.converted().path)
    let ring = try #require(try ContainerLayout(damaged).sections.last)
    damaged[ring.lowerBound] ^= 1
    let path = try folder.write(damaged, to: "t.dmoe")
    let mentions = [path, "damaged", "at byte \(ring.lowerBound)", "fetch the file again"]
    try expectRefused(["evaluate", path] + Fixture.text, 65, mentions, in: folder)
    try expectRefused(["inspect", path, "--statistics"], 65, mentions, in: folder)
    // A smaller expert does not need the damaged part.
    try expectDone(["inspect", path])
  }
}
