import DMOE
import Foundation
import Tensors
import TestContainers
import TestSupport
import Testing

@Suite struct PropertyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `containers of any form come back, and the independent reader accepts them`() throws {
    var numbers = RandomNumbers(seed: 10)
    var paths: [String] = []
    for number in 0..<150 {
      let container = TestContainer.random(&numbers)
      let path = try container.write(to: folder.path("\(number)"))
      let reader = try DMOEReader(path: path)
      try expectContents(of: reader, container)
      for (layer, order) in container.orders.enumerated() {
        #expect(try reader.permutation(layer: layer) == order)
      }
      paths.append(path)
    }
    #expect(try Peer.judge(paths) == paths.map { _ in "accept" })
  }

  @Test func `quantised matrices are moved by rows, stay whole, or are of another type`() throws {
    var numbers = RandomNumbers(seed: 13)
    var paths: [String] = []
    for number in 0..<20 {
      let container = TestContainer.quantized(&numbers)
      let path = try container.write(to: folder.path("quantized\(number)"))
      try expectContents(of: DMOEReader(path: path), container)
      paths.append(path)
    }
    #expect(try Peer.judge(paths) == paths.map { _ in "accept" })
    let text = try Peer.describe(paths[0])
    #expect(text.contains("all 5 dense tensors rebuilt\nnot bit by bit: 1 tensors"))
  }

  @Test func `source tensors of all types travel, with and without elements`() throws {
    var numbers = RandomNumbers(seed: 11)
    let plain = TestContainer.sample(&numbers)
    let extra = ElementType.ofSafetensors.flatMap { type in
      [
        DenseTensor("\(type.rawValue) empty", type, [0, 8], numbers: &numbers),
        DenseTensor("\(type.rawValue)", type, [3, 8], numbers: &numbers),
        TestContainer.whole("\(type.rawValue) any", type, &numbers),
      ]
    }
    let container = TestContainer(
      model: plain.model, widths: plain.widths, tensors: plain.tensors + extra,
      orders: plain.orders)
    let path = try container.write(to: folder.path("file"))
    try expectContents(of: DMOEReader(path: path), container)
    let text = try Peer.describe(path)
    #expect(text.contains("complete: all \(container.tensors.count) dense tensors rebuilt"))
    #expect(text.contains("expert 0: \(try DMOEReader(path: path).prefixLength(expert: 0)) bytes"))
  }

  /// Every flipped bit must be refused, by the independent reader too.
  @Test func `a byte that changes anywhere is found`() throws {
    var numbers = RandomNumbers(seed: 12)
    let container = TestContainer.sample(&numbers)
    let path = try container.write(to: folder.path("file"))
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    var paths: [String] = []
    for number in 0..<300 {
      var damaged = bytes
      let place = Int.random(in: 0..<bytes.count, using: &numbers)
      damaged[place] ^= 1 << UInt8.random(in: 0...7, using: &numbers)
      let path = try folder.write(damaged, to: "\(number)")
      #expect(try refusal(of: path) != nil, "byte \(place)")
      paths.append(path)
    }
    for (path, verdict) in zip(paths, try Peer.judge(paths)) {
      #expect(verdict.hasPrefix("reject"), "\(path)")
    }
  }
}
