/// The statistics of a layer by every second window and by the others: what differs is chance.
package struct StatisticsHalves: Sendable, Equatable {
  /// Of the first window, the third, and so on.
  package internal(set) var even: NeuronStatistics.Layer
  package internal(set) var odd: NeuronStatistics.Layer

  package init(neurons: Int) {
    even = NeuronStatistics.Layer(neurons: neurons)
    odd = even
  }

  /// Adds the sums of a window by its number.
  package mutating func add(_ window: NeuronStatistics.Layer, index: Int) {
    if index.isMultiple(of: 2) { even.add(window) } else { odd.add(window) }
  }
}
