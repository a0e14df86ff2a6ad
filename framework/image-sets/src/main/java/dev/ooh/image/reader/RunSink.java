package dev.ooh.image.reader;

import java.io.IOException;

/** Is told where runs of pages are. */
@FunctionalInterface
interface RunSink {
  /** The pages from {@code start} to {@code end} are in {@code file}, from {@code offset} on. */
  void run(PagesFile file, long offset, long start, long end) throws IOException;
}
