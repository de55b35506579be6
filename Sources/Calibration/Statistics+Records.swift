import ByteIO
package import Work

extension NeuronStatistics.Layer: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(absoluteSum)
    writer.put(squareSum)
  }

  package init(from reader: inout RecordReader) {
    absoluteSum = reader.take()
    squareSum = reader.take()
  }
}

extension StatisticsHalves: Recordable {
  package func record(to writer: inout RecordWriter) {
    writer.put(even)
    writer.put(odd)
  }

  package init(from reader: inout RecordReader) {
    even = reader.take()
    odd = reader.take()
  }
}
