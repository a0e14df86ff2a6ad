package dev.ooh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvRowsTest {
  private static final Row ROW =
      new Row("micro", "virtual", "spml", "array", "1", "pages_written", "768", "pages");

  @TempDir Path folder;

  @Test
  void writesHeaderAndRows() throws Exception {
    Path file = folder.resolve("a.csv");
    try (CsvRows rows = CsvRows.to(file)) {
      rows.add(ROW);
      assertThat(file).doesNotExist();
      rows.finish();
    }
    assertThat(Files.readAllLines(file))
        .isEqualTo(List.of(CsvRows.HEADER, "micro,virtual,spml,array,1,pages_written,768,pages"));
    assertThat(files()).containsExactly(file);
  }

  @Test
  void replacesAnOlderFileOnlyWhenFinished() throws Exception {
    Path file = folder.resolve("a.csv");
    Files.writeString(file, "old\n");
    try (CsvRows rows = CsvRows.to(file)) {
      rows.add(ROW);
    }
    assertThat(file).hasContent("old");
    assertThat(files()).containsExactly(file);
  }

  @Test
  void quotesWhatNeedsIt() {
    Row row = new Row("a,b", "say \"x\"", "", "", "", "", "", "");
    assertThat(CsvRows.line(row)).isEqualTo("\"a,b\",\"say \"\"x\"\"\",,,,,,");
  }

  @Test
  void givesTheFilePlainPermissions() throws Exception {
    Path plain = Files.createFile(folder.resolve("plain"));
    Path file = folder.resolve("a.csv");
    try (CsvRows rows = CsvRows.to(file)) {
      rows.finish();
    }
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(plain));
  }

  @Test
  void namesAFolderThatIsNotThere() {
    Path file = folder.resolve("none/a.csv");
    assertThatThrownBy(() -> CsvRows.to(file))
        .isInstanceOf(CommandException.class)
        .hasMessage("--csv is %s, but there is no folder %s", file, file.getParent());
  }

  @Test
  void refusesAFolderAsFile() {
    assertThatThrownBy(() -> CsvRows.to(folder)).hasMessageContaining("a directory");
  }

  @Test
  void replacesWhatALinkLeadsToAndLeavesTheLink() throws Exception {
    Path file = Files.writeString(Files.createDirectory(folder.resolve("in")).resolve("a"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("latest.csv"), Path.of("in/a"));
    try (CsvRows rows = CsvRows.to(link)) {
      rows.finish();
    }
    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent(CsvRows.HEADER);
    assertThat(file.getParent()).isDirectoryContaining(file::equals);
  }

  @Test
  void refusesALinkToNothing() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("latest.csv"), Path.of("none.csv"));
    assertThatThrownBy(() -> CsvRows.to(link))
        .hasMessage("--csv is %s, a link to a file that is not there", link);
  }

  /** As with {@code --csv /dev/stdout > file}, which is a link to such a one. */
  @Test
  void addsToAFileThatAProcessHasOpen() throws Exception {
    Path file = Files.writeString(folder.resolve("out"), "said before\n");
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
    try (FileInputStream open = new FileInputStream(file.toFile())) {
      Path link = Files.createSymbolicLink(folder.resolve("a.csv"), descriptorOf(file));
      try (CsvRows rows = CsvRows.to(link)) {
        rows.finish();
      }
      assertThat(open.readAllBytes()).asString().isEqualTo("said before\n" + CsvRows.HEADER + "\n");
      assertThat(files()).containsExactlyInAnyOrder(file, link);
    }
  }

  private static Path descriptorOf(Path file) throws IOException {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        if (Files.exists(descriptor) && Files.isSameFile(descriptor, file)) {
          return descriptor;
        }
      }
    }
    throw new AssertionError(file + " is not open");
  }

  @Test
  void leavesNothingBehindWhenTheDiskIsFull() throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    try (CsvRows rows = CsvRows.to(full)) {
      rows.add(ROW);
      assertThatThrownBy(rows::finish)
          .hasMessageContaining("1 rows could not be written to /dev/full: ")
          .hasMessageContaining("No space left");
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
