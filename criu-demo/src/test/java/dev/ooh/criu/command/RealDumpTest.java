package dev.ooh.criu.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.cli.CommandSupport;
import dev.ooh.image.ImageException;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dump that CRIU 4.2 made is said to be foreign by everything, and stays as it is. */
class RealDumpTest {
  private static final String SAID =
      "%s: found images of a program that criu dumped, wanted an image set that ooh wrote: this one"
          + " is foreign";

  @TempDir private Path directory;

  @BeforeEach
  void unpack() throws IOException {
    unpack(Files.createDirectory(directory.resolve("D")));
    unpack(Files.createDirectories(directory.resolve("sets/set-000001")));
  }

  private static void unpack(Path target) throws IOException {
    try (InputStream in =
            Objects.requireNonNull(
                RealDumpTest.class.getResourceAsStream("/dev/ooh/criu/real/dump-4.2.zip"));
        ZipInputStream files = new ZipInputStream(in)) {
      for (ZipEntry file = files.getNextEntry(); file != null; file = files.getNextEntry()) {
        Files.copy(files, target.resolve(file.getName()));
      }
    }
  }

  private Map<String, Integer> files() throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith(".lock")) {
          contents.put(
              directory.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
        }
      }
    }
    return contents;
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "check", "merge", "prune", "diff"})
  void eachCommandSaysSoAndLeavesIt(String action) throws Exception {
    Map<String, Integer> before = files();
    assertThat(before).hasSize(26);
    Path dump = directory.resolve("D");
    Executed said = Executed.images(action, dump.toString());
    assertThat(said.status()).isEqualTo(CommandSupport.FAILED);
    assertThat(said.err()).hasLineCount(1).contains(SAID.formatted(dump));
    Path sets = directory.resolve("sets");
    Executed ofSets = Executed.images(action, sets.toString());
    assertThat(ofSets.out() + ofSets.err()).contains(sets.toString());
    assertThat(ofSets.err().lines().count()).isLessThanOrEqualTo(1);
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void nothingIsRestoredFromIt() {
    Path dump = directory.resolve("D");
    for (var open : List.<ThrowingOpen>of(ImageSet::open, LazySet::open)) {
      assertThatThrownBy(() -> open.of(dump))
          .hasMessage(SAID.formatted(dump))
          .isInstanceOfSatisfying(
              ImageException.class,
              refusal -> assertThat(refusal.kind()).isEqualTo(ImageException.Kind.FOREIGN));
    }
  }

  @FunctionalInterface
  private interface ThrowingOpen {
    Object of(Path directory) throws IOException;
  }
}
