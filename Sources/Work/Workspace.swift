import ByteIO
import Kernels

/// Memory limit, scratch folder and store of a sweep.
package struct Workspace: Sendable {
  /// Memory limit in bytes; the hidden states of a sweep that needs more go to a scratch file.
  package let memory: Int
  /// Folder of scratch files.
  package let folder: String
  /// Store of finished layers; nil if interrupted work cannot be resumed.
  package let store: ArtifactStore?

  package init(memory: Int = .max, folder: String = ".", store: ArtifactStore? = nil) {
    self.memory = memory
    self.folder = folder
    self.store = store
  }

  /// Copy with `bytes` less memory, for a sweep that shares memory with other data.
  package func leaving(_ bytes: Int) -> Workspace {
    Workspace(memory: max(memory - bytes, 0), folder: folder, store: store)
  }
}

extension Matrix: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put([rows, columns])
    writer.put(values)
  }

  package init(from reader: inout RecordReader) {
    let shape: [Int] = reader.take()
    let values: [Float] = reader.take()
    guard shape.count == 2, shape[0] >= 0, shape[1] >= 0,
      shape[0].multipliedReportingOverflow(by: shape[1]) == (values.count, false)
    else {
      reader.refuse()
      self.init(rows: 0, columns: 0)
      return
    }
    self.init(rows: shape[0], columns: shape[1], values: values)
  }
}
