import GGUF
import Tensors

/// Importance matrix in GGUF: sums of squares for each weight, and their counts.
struct GGUFImportanceMatrix {
  let datasets: [String]
  let chunks: Int?
  private let reader: GGUFReader
  private let path: String

  init(path: String) throws(CalibrationError) {
    self.path = path
    do {
      reader = try GGUFReader(path: path)
      let metadata = reader.metadata
      let kind = try metadata.stringIfPresent("general.type") ?? "model"
      guard kind == "imatrix" else {
        throw CalibrationError.importanceMatrix(
          path: path, entry: "general.type", expected: "\"imatrix\"", found: "\"\(kind)\"")
      }
      datasets = try (metadata.stringsIfPresent("imatrix.datasets") ?? []).map {
        String(decoding: $0, as: UTF8.self)
      }
      chunks = try metadata.intIfPresent("imatrix.chunk_count")
    } catch {
      throw error as? CalibrationError ?? (error as? GGUFError).map { .gguf($0) }
        ?? .notStatistics(path: path, reason: "\(error)")
    }
  }

  /// Throws if the file has changed since it was opened.
  func checkUnchanged() throws(CalibrationError) {
    do {
      try reader.checkUnchanged()
    } catch {
      throw .tensor(error)
    }
  }

  /// Sums divided by their count, or zeros without a count; nil if the file lacks the weight.
  func meanSquares(of weight: String) throws(CalibrationError) -> [Double]? {
    guard let sums = try values(weight + ".in_sum2") else { return nil }
    guard let counts = try values(weight + ".counts"), let count = counts.first, counts.count == 1
    else {
      throw .importanceMatrix(
        path: path, entry: weight + ".counts", expected: "one count", found: "none, or several")
    }
    // As in llama.cpp, such a weight has no data.
    guard !(count <= 0) else { return sums.map { _ in 0 } }
    return sums.map { $0 / max(count, 1) }
  }

  private func values(_ name: String) throws(CalibrationError) -> [Double]? {
    guard let tensor = reader.tensor(TensorName(name)) else { return nil }
    guard tensor.elementType == .f32 else {
      throw .importanceMatrix(
        path: path, entry: name, expected: "F32", found: tensor.elementType.rawValue)
    }
    do {
      return tensor.elementType.doubles(try reader.read(tensor.name))
    } catch {
      throw .tensor(error)
    }
  }
}
