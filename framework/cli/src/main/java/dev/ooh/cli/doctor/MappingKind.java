package dev.ooh.cli.doctor;

import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.RegionRequest.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The kinds of memory that are tried. */
enum MappingKind {
  ANONYMOUS("anonymous", Kind.ANONYMOUS, false),
  HUGE_PAGES("huge pages", Kind.ANONYMOUS, true),
  MEMFD("memfd", Kind.MEMFD, false),
  FILE("file", Kind.FILE, false);

  /** Two huge pages, so that one is whole wherever it lies. */
  private static final long BYTES = 4L << 20;

  static final int PAGES = (int) (BYTES / PageSet.PAGE_SIZE);

  private final String text;
  private final Kind kind;
  private final boolean hugePages;

  MappingKind(String text, Kind kind, boolean hugePages) {
    this.text = text;
    this.kind = kind;
    this.hugePages = hugePages;
  }

  /** For people; a file's with the file system, on which much depends. */
  String name(Path file) throws IOException {
    return kind == Kind.FILE ? text + " (" + Files.getFileStore(file).type() + ")" : text;
  }

  boolean shared() {
    return kind != Kind.ANONYMOUS;
  }

  RegionRequest request(Path file) {
    return new RegionRequest(
        "doctor",
        BYTES,
        Optional.empty(),
        kind,
        kind == Kind.FILE ? Optional.of(file) : Optional.empty(),
        hugePages);
  }

  /** A file that is long enough, to be deleted by the caller. */
  static Path temporaryFile() throws IOException {
    Path file = Files.createTempFile("ooh-doctor", ".bin");
    file.toFile().deleteOnExit(); // for a process that is told to end
    return Files.write(file, new byte[(int) BYTES]);
  }
}
