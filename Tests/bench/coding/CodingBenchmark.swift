import DMOE
import Kernels
import Safetensors
import Tensors

/// Codes and decodes the tensors of a checkpoint in memory: `coding-benchmark FILE.safetensors
/// THREADS`.
///
/// Prints one line: plain bytes, coded bytes, bytes per second of the best of five runs for coding
/// and for decoding, and for each the per mille of time spent splitting or joining planes; the rest
/// is prefix coding.
@main
struct CodingBenchmark {
  static func main() throws {
    let reader = try SafetensorsReader(path: CommandLine.arguments[1])
    let parallel = Parallel(threads: Int(CommandLine.arguments[2]) ?? 1)
    var plain: [(bytes: [UInt8], type: ElementType)] = []
    for tensor in reader.tensors {
      for start in stride(from: 0, to: tensor.byteCount, by: DMOEContents.blockBytes) {
        let end = min(start + DMOEContents.blockBytes, tensor.byteCount)
        plain.append((try reader.read(tensor.name, start..<end), tensor.elementType))
      }
    }
    let blocks = plain
    let size = blocks.reduce(0) { $0 + $1.bytes.count }
    var coded: [[UInt8]?] = []
    let coding = best {
      coded = parallel.map(blocks.count) { BlockCoding.encode(blocks[$0].bytes, blocks[$0].type) }
    }
    let stored = coded
    var decoded: [[UInt8]?] = []
    let decoding = best {
      decoded = parallel.map(blocks.count) { index in
        guard let block = stored[index] else { return blocks[index].bytes }
        return BlockCoding.decode(
          block, blocks[index].type, byteCount: blocks[index].bytes.count)
      }
    }
    precondition(
      zip(decoded, blocks).allSatisfy { $0.0 == $0.1.bytes }, "decoding does not undo coding")
    let total = zip(stored, blocks).reduce(0) { $0 + ($1.0?.count ?? $1.1.bytes.count) }
    // Only 16-bit floats are measured; the weights have this type.
    let words = blocks.filter { $0.type.elementBytes == 2 }
    let parting = best {
      _ = parallel.map(words.count) {
        BytePlanes.split(words[$0].bytes, width: 2, rotated: true).count
      }
    }
    let joining = best {
      _ = parallel.map(words.count) {
        BytePlanes.merge(words[$0].bytes, width: 2, rotated: true).count
      }
    }
    print(
      size, total, Int(Double(size) / coding), Int(Double(size) / decoding),
      Int(1000 * parting / coding), Int(1000 * joining / decoding))
  }

  private static func best(_ body: () -> Void) -> Double {
    (0..<5).map { _ in
      let started = ContinuousClock.now
      body()
      return (ContinuousClock.now - started) / .seconds(1)
    }.min() ?? 0
  }
}
