/// Statistics of a layer by even and by odd windows; their difference shows the sampling error.
package struct StatisticsHalves: Sendable, Equatable {
  /// Sums over windows 0, 2, 4 and so on.
  package internal(set) var even: NeuronStatistics.Layer
  package internal(set) var odd: NeuronStatistics.Layer

  package init(neurons: Int) {
    even = NeuronStatistics.Layer(neurons: neurons)
    odd = even
  }

  /// Adds the sums of a window to the half of its index.
  package mutating func add(_ window: NeuronStatistics.Layer, index: Int) {
    if index.isMultiple(of: 2) { even.add(window) } else { odd.add(window) }
  }
}
