import ByteIO
import Kernels
import Synchronization

/// Residual streams of many windows, in memory or in a file.
///
/// There are one or more areas, each with a slot for every stream; several threads may read and
/// write different slots. ``check()`` reports errors of the file.
final class HiddenStates: Sendable {
  private let rows: [Int]
  private let columns: Int
  private let offsets: [Int]
  private let areaBytes: Int
  /// Nil if everything is in memory.
  private let file: ScratchFile?
  private let held: Mutex<[[Matrix?]]>
  private let failure = Mutex<FileError?>(nil)

  init(rows: [Int], columns: Int, areas: Int, file: ScratchFile?) throws(FileError) {
    self.rows = rows
    self.columns = columns
    var offsets: [Int] = []
    var end = 0
    for count in rows {
      offsets.append(end)
      end += count * columns * MemoryLayout<Float>.stride
    }
    self.offsets = offsets
    areaBytes = end
    self.file = file
    let nothing = [Matrix?](repeating: nil, count: file == nil ? rows.count : 0)
    held = Mutex([[Matrix?]](repeating: nothing, count: areas))
    try file?.reserve(areas * areaBytes)
  }

  func read(_ index: Int, in area: Int) -> Matrix {
    guard let file else {
      return held.withLock { $0[area][index] } ?? Matrix(rows: 0, columns: columns)
    }
    do throws(FileError) {
      let values = try file.read(
        rows[index] * columns, at: area * areaBytes + offsets[index])
      return Matrix(rows: rows[index], columns: columns, values: values)
    } catch {
      failure.withLock { $0 = $0 ?? error }
      return Matrix(rows: rows[index], columns: columns)
    }
  }

  /// Reads like ``read(_:in:)``, and releases the copy in memory so that the caller can change the
  /// matrix in place.
  func take(_ index: Int, from area: Int) -> Matrix {
    guard file == nil else { return read(index, in: area) }
    return held.withLock { held in
      defer { held[area][index] = nil }
      return held[area][index]
    } ?? Matrix(rows: 0, columns: columns)
  }

  func write(_ matrix: Matrix, _ index: Int, to area: Int) {
    precondition(matrix.rows == rows[index] && matrix.columns == columns, "another shape")
    guard let file else { return held.withLock { $0[area][index] = matrix } }
    do throws(FileError) {
      try file.write(matrix.values, at: area * areaBytes + offsets[index])
    } catch {
      failure.withLock { $0 = $0 ?? error }
    }
  }

  /// Checksums of streams in an area.
  func checksums(of indices: [Int], in area: Int, parallel: Parallel) -> [Int] {
    parallel.map(indices.count) { place in
      Int(CRC32.checksum(self.read(indices[place], in: area).values))
    }
  }

  func check() throws(FileError) {
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
