package dev.ooh.benchmarks;

/** A gigabyte whose written pages can be asked for: what both sides of a comparison do. */
interface TrackedMemory extends AutoCloseable {
  /** Pages of the second range, whose faults somebody resolves. */
  int FAULT_PAGES = 20_000;

  /** Pages of the first range. */
  long pages();

  /** Writes to that share of the pages, always the same ones. */
  void dirty(int percent);

  /** Asks for what was written and re-arms; returns how many bounds of runs were found. */
  long fetch();

  /** Writes to each page of the first range, in order. */
  void writeEachPage();

  /** Protects the pages of the second range. */
  void armFaults();

  /** Writes to each page of the second range, in order; each write waits for a handler. */
  void faultEachPage();

  @Override
  void close();
}
