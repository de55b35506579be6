import DynamoeKit
import Glibc

do throws(DynamoeError) {
  for path in CommandLine.arguments.dropFirst() {
    let checkpoint = try Checkpoint(path: path)
    for tensor in checkpoint.tensors {
      var pieces = try checkpoint.pieces(of: tensor)
      var (bytes, sum) = (0, 0.0)
      while let piece = try pieces.next() {
        bytes += piece.count
        for value in try tensor.floats(of: piece) { sum += Double(value) }
      }
      let mean = sum / Double(tensor.elementCount)
      print(tensor.name.debugDescription, tensor.elementType, tensor.shape, bytes, mean)
    }
  }
} catch {
  print(error.message.debugDescription)
  exit(error.category.rawValue)
}
