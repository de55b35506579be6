import Safetensors
import Tensors
import TestSupport
import Testing

private let craftedFiles =
  acceptedFiles + filesWithoutHeader + ambiguousFiles + filesWithWrongFields + filesWithWrongSizes

@Suite struct HeaderTests {
  @Test(arguments: craftedFiles)
  func `a crafted file is accepted, or refused for the right reason`(_ file: CraftedFile) throws {
    let path = try folder.write(file.bytes, to: "crafted.safetensors")
    guard let expected = file.error(path) else {
      let reader = try SafetensorsReader(path: path)
      for tensor in reader.tensors {
        #expect(try reader.read(tensor.name).count == tensor.byteCount)
      }
      return
    }
    #expect(throws: expected) { try SafetensorsReader(path: path) }
    let line = expected.description
    #expect(line.hasPrefix(path + ": "))
    #expect(!line.utf8.contains { $0 < 0x20 || $0 == 0x7F })
    #expect(line.count < path.count + 400)
  }

  @Test func `the safetensors library agrees on every crafted file but the documented ones`() throws
  {
    let verdicts = try Peer.judge(craftedFiles.map(\.bytes))
    #expect(verdicts.count == craftedFiles.count)
    for (file, verdict) in zip(craftedFiles, verdicts) {
      let agrees = (verdict == "accept") == (file.error("") == nil)
      switch file.peer {
      case .agrees: #expect(agrees, "\(file.name): \(verdict)")
      case .differs(let why): #expect(!agrees, "\(file.name): \(verdict), no longer: \(why)")
      }
    }
  }

  @Test func `a file cut anywhere is refused, by the library too`() throws {
    let whole = crafted(#"{"__metadata__":{"a":"b"},"t":\#(info("F32", "[2]", "[0,8]"))}"#, data: 8)
    let cuts = (0..<whole.count).map { Array(whole[..<$0]) }
    for cut in cuts {
      let path = try folder.write(cut, to: "cut.safetensors")
      #expect(throws: SafetensorsError.self) { try SafetensorsReader(path: path) }
    }
    #expect(try Peer.judge(cuts).allSatisfy { $0.hasPrefix("reject") })
  }

  @Test func `a file with one byte changed never traps, and is judged as by the library`() throws {
    let whole = crafted(
      #"{"__metadata__":{"a":"b"},"t":\#(info("F4", "[2,2]", "[0,2]")),"é":\#(info("U8", "[1]", "[2,3]"))}"#,
      data: 3)
    var numbers = RandomNumbers(seed: 3)
    let changed = (0..<2000).map { _ in
      var copy = whole
      let alphabet = Array("{}[]\",:\\0123456789 eE-+.u".utf8) + [0, 0x7F, 0x80, 0xFF]
      copy[Int.random(in: 0..<copy.count, using: &numbers)] =
        Bool.random(using: &numbers)
        ? alphabet.randomElement(using: &numbers) ?? 0 : UInt8.random(in: 0...255, using: &numbers)
      return copy
    }
    for (file, verdict) in zip(changed, try Peer.judge(changed)) {
      let path = try folder.write(file, to: "changed.safetensors")
      let accepted = (try? SafetensorsReader(path: path)) != nil
      #expect(
        accepted == (verdict == "accept"), "\(String(decoding: file, as: UTF8.self)): \(verdict)")
    }
  }

  @Test func `entries tell where tensors are`() throws {
    let json =
      #"{"b":\#(info("U8", "[2]", "[1,3]")),"a":\#(oneByte),"__metadata__":{"y":"1","x":"2"}}"#
    let header = try SafetensorsHeader(
      parsing: Array(json.utf8), path: "header", fileLength: 8 + json.utf8.count + 3)
    #expect(header.entries.map(\.description.name) == ["a", "b"])
    #expect(header.entries.map(\.offset) == [0, 1])
    #expect(header.metadata?.map(\.key) == ["y", "x"])
    #expect(header.dataOffset == 8 + json.utf8.count)
    #expect(header.dataLength == 3)
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }
}
