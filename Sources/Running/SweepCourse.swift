import Architectures
import ByteIO
import Checkpoints
import Kernels
import Work

/// Progress of a sweep, with its hidden states.
struct SweepCourse: Sendable {
  let states: HiddenStates
  /// Length of the longest window.
  let positions: Int
  /// Number of layers with a record in the store.
  let finishedLayers: Int
  private let sweep: LayerSweep
  /// Number of areas of hidden states: before a layer, after it, and between its two halves.
  ///
  /// Without a store, new states may overwrite old ones.
  private let areas: Int
  /// First layer that each window of each stream runs by itself; until then it has no states.
  private let starts: [Int]
  /// Area of the feed-forward inputs; nil if they can be computed from the states between the
  /// halves of a layer.
  let inputArea: Int?

  /// Embeds the windows, or resumes interrupted work.
  ///
  /// - Parameters:
  ///   - sweep: the sweep.
  ///   - windows: the tokens of each window.
  ///   - starts: first layer that each stream runs by itself; until then it has no states.
  ///   - isTwofold: whether states between the halves of a layer are kept beside those after it.
  ///   - restore: reads the record of each finished layer.
  /// - Throws: ``ModelError`` if the model or the disk cannot be read, or records are invalid.
  init(
    _ sweep: LayerSweep, _ windows: [[Int]], starts: [Int], isTwofold: Bool,
    restore: (inout RecordReader) -> Void
  ) throws(ModelError) {
    try sweep.model.checkRuns()
    let configuration = sweep.model.configuration
    let store = sweep.context.workspace.store
    let rows = starts.flatMap { _ in windows.map(\.count) }
    self.sweep = sweep
    self.starts = starts.flatMap { start in windows.map { _ in start } }
    areas = (isTwofold ? 2 : 1) + (store == nil ? 0 : 1)
    inputArea = isTwofold && configuration.isParallel ? areas : nil
    let allAreas = areas + (inputArea == nil ? 0 : 1)
    positions = windows.map(\.count).max() ?? 0
    do throws(FileError) {
      var finished = 0
      var checksums: [Int] = []
      for record in store?.records ?? [] where record.key == sweep.stage.key {
        var reader = RecordReader(record.content)
        checksums = reader.take()
        restore(&reader)
        guard reader.isFinished else {
          throw .spoilt(path: store?.folder ?? "", reason: "a record is inconsistent")
        }
        finished += 1
      }
      finishedLayers = finished
      // Once such a sweep is finished, only its records are needed.
      if isTwofold, finished == configuration.layers {
        states = try HiddenStates(rows: [], columns: 0, areas: 0, file: nil)
        return
      }
      let needs = SweepMemory(
        sweep.model, positions: rows.reduce(0, +), context: positions,
        areas: allAreas, threads: sweep.parallel.threads)
      let file: ScratchFile? =
        if let store {
          try ScratchFile(at: store.path(of: Self.fileName(sweep.stage.key)))
        } else if needs.total > sweep.context.workspace.memory {
          try ScratchFile(in: sweep.context.workspace.folder)
        } else { nil }
      states = try HiddenStates(
        rows: rows, columns: configuration.hiddenSize, areas: allAreas, file: file)
      if finished > 0 {
        guard self.checksums(before: finished) == checksums else {
          throw .spoilt(path: store?.folder ?? "", reason: "hidden states have changed")
        }
        try states.check()
        return
      }
    } catch {
      throw .file(error)
    }
    // In chunks, because all windows together may exceed memory.
    for chunk in WindowChunks.chunks(windows.map(\.count), size: Self.chunk) {
      let embedded = try sweep.model.embed(Array(windows[chunk]), parallel: sweep.parallel)
      for (window, matrix) in zip(chunk, embedded) {
        for (stream, start) in starts.enumerated() where start == 0 {
          states.write(matrix, stream * windows.count + window, to: 0)
        }
      }
    }
    do {
      try states.check()
    } catch {
      throw .file(error)
    }
  }

  /// Area of the states before a layer.
  func area(before layer: Int) -> Int { layer % areas }

  /// Area of the states between the halves of a layer.
  func area(within layer: Int) -> Int { areas > 2 ? (layer + 2) % areas : layer % areas }

  /// Writes the record of a finished layer.
  func finish(_ layer: Int, record: (inout RecordWriter) -> Void) throws(ModelError) {
    do throws(FileError) {
      try states.check()
      guard let store = sweep.context.workspace.store else { return }
      var writer = RecordWriter()
      writer.put(checksums(before: layer + 1))
      record(&writer)
      try states.check()
      try store.append(ArtifactStore.Record(key: sweep.stage.key, content: writer.bytes))
    } catch {
      throw .file(error)
    }
  }

  /// Checksum of the states before a layer above 0, of all windows that have any.
  private func checksums(before layer: Int) -> [Int] {
    let running = starts.indices.filter { starts[$0] < layer }
    return states.checksums(of: running, in: area(before: layer), parallel: sweep.parallel)
  }

  /// Removes the file of hidden states, which are no longer needed.
  func end() {
    sweep.context.workspace.store?.remove(Self.fileName(sweep.stage.key))
  }

  private static func fileName(_ key: String) -> String { key + ArtifactStore.statesEnding }

  /// Number of positions embedded at a time.
  private static let chunk = 8192
}
