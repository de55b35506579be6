import ByteIO
import Kernels

/// Where a sweep keeps what it works on, beside the weights.
package struct Workspace: Sendable {
  /// How many bytes of memory the work may take; hidden states beyond it go to a scratch file.
  package let memory: Int
  /// Where scratch files lie.
  package let folder: String
  /// Keeps what is finished; nil where the work cannot be taken up again.
  package let journal: Journal?

  package init(memory: Int = .max, folder: String = ".", journal: Journal? = nil) {
    self.memory = memory
    self.folder = folder
    self.journal = journal
  }

  /// The same for a sweep beside which something else is in memory.
  package func leaving(_ bytes: Int) -> Workspace {
    Workspace(memory: max(memory - bytes, 0), folder: folder, journal: journal)
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
