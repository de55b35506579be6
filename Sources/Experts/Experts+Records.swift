import ByteIO
import Kernels
package import Work

// Journal records of a finished layer.

extension ExpertPlan.Layer: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(order)
    writer.put(widths)
    writer.put(coverage)
  }

  package init(from reader: inout RecordReader) {
    order = reader.take()
    widths = reader.take()
    coverage = reader.take()
  }
}

extension RankingStability: Recordable {
  package func record(to writer: inout RecordWriter) { writer.put(agreement) }
  package init(from reader: inout RecordReader) { agreement = reader.take() }
}

extension AffineMap: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(weight)
    writer.put(bias)
  }

  package init(from reader: inout RecordReader) {
    let weight: Matrix = reader.take()
    let bias: [Float] = reader.take()
    let fits = bias.count == weight.rows
    if !fits { reader.refuse() }
    self.init(weight: weight, bias: fits ? bias : [Float](repeating: 0, count: weight.rows))
  }
}

extension Router: Recordable {
  package func record(to writer: inout RecordWriter) { writer.put(layers) }

  package init(from reader: inout RecordReader) {
    layers = reader.take()
    if !(1...2).contains(layers.count) { reader.refuse() }
  }
}

extension Compensation: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(first)
    writer.put(second)
    writer.put(bias)
  }

  package init(from reader: inout RecordReader) {
    let first: Matrix = reader.take()
    let second: Matrix = reader.take()
    let bias: [Float] = reader.take()
    guard second.columns == first.rows, bias.count == second.rows else {
      reader.refuse()
      self.init(
        first: Matrix(rows: 0, columns: 0), second: Matrix(rows: 0, columns: 0), bias: [])
      return
    }
    self.init(first: first, second: second, bias: bias)
  }
}

extension LayerSkipping: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(scales)
    writer.put(saving)
    writer.put(compensations)
  }

  package init(from reader: inout RecordReader) {
    self.init(scales: reader.take(), saving: reader.take(), compensations: reader.take())
  }
}

extension RankingSweep.Skipping: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(rule)
    writer.put(shares)
  }

  package init(from reader: inout RecordReader) {
    self.init(rule: reader.take(), shares: reader.take())
  }
}

extension ActivationPeak: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put([neuron, position])
    writer.put(ratio)
  }

  package init(from reader: inout RecordReader) {
    let numbers: [Int] = reader.take()
    if numbers.count != 2 { reader.refuse() }
    self.init(neuron: numbers.first ?? 0, ratio: reader.take(), position: numbers.last ?? 0)
  }
}

extension ExpertCosts: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(inWindow)
    writer.put(priced)
  }

  package init(from reader: inout RecordReader) {
    let inWindow: [Double] = reader.take()
    let priced: [[Double]] = reader.take()
    let fits = priced.isEmpty || priced.count == inWindow.count
    if !fits { reader.refuse() }
    self.init(inWindow: inWindow, priced: fits ? priced : [])
  }
}

extension LayerExperts: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(widths)
    writer.put(neurons)
    writer.put([meanNeurons, sensitivity])
    writer.put(compensations)
    writer.put(costs)
    writer.put(skipping)
  }

  package init(from reader: inout RecordReader) {
    widths = reader.take()
    neurons = reader.take()
    let numbers: [Double] = reader.take()
    meanNeurons = numbers.first ?? 1
    sensitivity = numbers.last ?? 1
    compensations = reader.take()
    costs = reader.take()
    skipping = reader.take()
    if costs.inWindow.count != widths.count || numbers.count != 2 { reader.refuse() }
  }
}

extension RoutingSweep.Layer: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(router)
    writer.put(experts)
    writer.put(determination)
    writer.put(predicted)
    writer.put(truth)
  }

  package init(from reader: inout RecordReader) {
    self.init(
      router: reader.take(), experts: reader.take(), determination: reader.take(),
      predicted: reader.take(), truth: reader.take())
  }
}
