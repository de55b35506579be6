import Architectures
import ByteIO
import Checkpoints
import Kernels
import Work

/// How far a sweep has come, and the hidden states it has come there with.
struct SweepCourse: Sendable {
  let states: HiddenStates
  /// Of the longest window.
  let positions: Int
  /// Those that a journal knows.
  let finishedLayers: Int
  private let sweep: LayerSweep
  /// Of hidden states: those before a layer, those after it, and those between its two halves.
  ///
  /// Where nothing is taken up again, new ones may stand in the place of old ones.
  private let areas: Int
  /// Where what feed-forward networks receive is kept, if it cannot be had from the states between the
  /// halves of a layer.
  let inputArea: Int?

  /// Embeds the windows, or takes up what was interrupted.
  ///
  /// - Parameters:
  ///   - sweep: the work.
  ///   - windows: the tokens of each window.
  ///   - streams: how many begin with each window.
  ///   - isTwofold: whether states between the halves of a layer are kept beside those after it.
  ///   - restore: gets what was recorded of each layer.
  /// - Throws: what reading the model and the disk throw, and records that make no sense.
  init(
    _ sweep: LayerSweep, _ windows: [[Int]], streams: Int, isTwofold: Bool,
    restore: (inout RecordReader) -> Void
  ) throws(ModelError) {
    let configuration = sweep.model.configuration
    let journal = sweep.workspace.journal
    let rows = (0..<streams).flatMap { _ in windows.map(\.count) }
    self.sweep = sweep
    areas = (isTwofold ? 2 : 1) + (journal == nil ? 0 : 1)
    inputArea = isTwofold && configuration.isParallel ? areas : nil
    let allAreas = areas + (inputArea == nil ? 0 : 1)
    positions = windows.map(\.count).max() ?? 0
    do throws(FileError) {
      var finished = 0
      var checksums: [Int] = []
      for record in journal?.records ?? [] where record.key == sweep.phase {
        var reader = RecordReader(record.content)
        checksums = reader.take()
        restore(&reader)
        guard reader.isFinished else {
          throw .spoilt(path: journal?.folder ?? "", reason: "a record does not make sense")
        }
        finished += 1
      }
      finishedLayers = finished
      // Of a finished sweep over whole layers nothing but the records is wanted.
      if isTwofold, finished == configuration.layers {
        states = try HiddenStates(rows: [], columns: 0, areas: 0, file: nil)
        return
      }
      let needs = SweepMemory(
        sweep.model, positions: rows.reduce(0, +), context: positions,
        areas: allAreas, threads: sweep.parallel.threads)
      let file: ScratchFile? =
        if let journal {
          try ScratchFile(at: journal.path(of: Self.fileName(sweep.phase)))
        } else if needs.total > sweep.workspace.memory {
          try ScratchFile(in: sweep.workspace.folder)
        } else { nil }
      states = try HiddenStates(
        rows: rows, columns: configuration.hiddenSize, areas: allAreas, file: file)
      if finished > 0 {
        let found = states.checksums(of: finished % areas, parallel: sweep.parallel)
        guard found == checksums else {
          throw .spoilt(path: journal?.folder ?? "", reason: "hidden states are not as they were")
        }
        try states.check()
        return
      }
    } catch {
      throw .file(error)
    }
    // Not all windows at once: they may be more than memory holds.
    for chunk in Self.chunks(windows) {
      let embedded = try sweep.model.embed(Array(windows[chunk]), parallel: sweep.parallel)
      for (window, matrix) in zip(chunk, embedded) {
        for stream in 0..<streams { states.write(matrix, stream * windows.count + window, to: 0) }
      }
    }
    do {
      try states.check()
    } catch {
      throw .file(error)
    }
  }

  /// Where the states are with which a layer begins.
  func area(before layer: Int) -> Int { layer % areas }

  /// Where the states between the halves of a layer are.
  func area(within layer: Int) -> Int { areas > 2 ? (layer + 2) % areas : layer % areas }

  /// Keeps what a layer gave.
  func finish(_ layer: Int, record: (inout RecordWriter) -> Void) throws(ModelError) {
    do throws(FileError) {
      try states.check()
      guard let journal = sweep.workspace.journal else { return }
      var writer = RecordWriter()
      writer.put(states.checksums(of: area(before: layer + 1), parallel: sweep.parallel))
      record(&writer)
      try states.check()
      try journal.append(Journal.Record(key: sweep.phase, content: writer.bytes))
    } catch {
      throw .file(error)
    }
  }

  /// The hidden states are not needed any more.
  func end() {
    sweep.workspace.journal?.remove(Self.fileName(sweep.phase))
  }

  private static func fileName(_ phase: String) -> String { phase + Journal.statesEnding }

  private static let chunk = 8192

  private static func chunks(_ windows: [[Int]]) -> [Range<Int>] {
    var chunks: [Range<Int>] = []
    var (start, sum) = (0, 0)
    for (index, window) in windows.enumerated() {
      sum += window.count
      if sum >= chunk || index == windows.count - 1 {
        chunks.append(start..<index + 1)
        (start, sum) = (index + 1, 0)
      }
    }
    return chunks
  }
}
