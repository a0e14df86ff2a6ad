package dev.ooh.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.criu.toy.FaultyFiles;
import dev.ooh.image.reader.ImageSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What CRIU's own tool makes of the images. */
class CritTest {
  private static final String PID = Integer.toString(CheckpointScene.PID);

  @TempDir private Path directory;
  private List<DumpReport> reports = new ArrayList<>();

  @BeforeAll
  static void findCrit() {
    boolean there =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "crit")));
    assumeTrue(there, "crit is not installed: apt-get install criu");
  }

  @BeforeEach
  void dump() throws Exception {
    try (CheckpointScene scene = new CheckpointScene(directory, new FaultyFiles(), 9)) {
      for (int i = 0; i < 3; i++) {
        scene.mutate();
        reports.add(
            i < 2 ? scene.checkpointer.preDump() : scene.checkpointer.dump(Checkpointer.Then.END));
      }
    }
  }

  private static String crit(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("crit"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, out).isZero();
    return out;
  }

  private Path latest() {
    return directory.resolve("latest");
  }

  /** As crit makes them of text, so that nothing in them is ours. */
  @Test
  void imagesThatAnotherProgramWroteAreForeign() throws Exception {
    Path foreign = Files.createDirectory(directory.resolve("foreign"));
    Path json = directory.resolve("json");
    for (String name :
        List.of("inventory.img", "pstree.img", "pagemap-" + PID + ".img", "mm-" + PID + ".img")) {
      crit("decode", "-i", latest().resolve(name).toString(), "-o", json.toString());
      crit("encode", "-i", json.toString(), "-o", foreign.resolve(name).toString());
    }
    assertThatThrownBy(() -> ImageSet.open(foreign))
        .hasMessage(
            foreign
                + ": found images of a program that criu dumped, wanted an image set that ooh"
                + " wrote: this one is foreign");
  }

  @Test
  void everyImageDecodes() throws Exception {
    for (DumpReport report : List.of(reports.getFirst(), reports.getLast())) {
      for (String image :
          List.of(
              "inventory.img",
              "pstree.img",
              "core-" + PID + ".img",
              "mm-" + PID + ".img",
              "pagemap-" + PID + ".img",
              "files.img",
              "stats-dump")) {
        String path = report.set().resolve(image).toString();
        assertThat(crit("decode", "-i", path)).contains("\"magic\"", "\"entries\"");
      }
    }
  }

  @Test
  void pagemapHasPresentAndParentEntries() throws Exception {
    String shown = crit("show", latest().resolve("pagemap-" + PID + ".img").toString());
    assertThat(shown)
        .contains("\"pages_id\": 1", "\"flags\": \"PE_PARENT\"", "\"flags\": \"PE_PRESENT\"");
    assertThat(shown).contains("\"vaddr\": \"0x40000000\"");
  }

  /** It passes over what CRIU has no release for yet. */
  @Test
  void setsWithCompressedPagesDecodeAsWell() throws Exception {
    Path compressed = Files.createDirectory(directory.resolve("compressed"));
    Path set;
    try (CheckpointScene scene =
        new CheckpointScene(compressed, 9, store -> store.preferably(true))) {
      scene.mutate();
      set = scene.checkpointer.dump(Checkpointer.Then.END).set();
    }
    assertThat(crit("show", set.resolve("pagemap-" + PID + ".img").toString()))
        .contains("\"flags\": \"PE_PRESENT\"");
    assertThat(crit("decode", "-i", set.resolve("inventory.img").toString()))
        .contains("\"img_version\": 1");
    assertThat(crit("x", set.toString(), "rss")).contains("40000000 / 1024");
    assertThat(crit("x", set.toString(), "mems")).containsPattern("40000000-40400000 +rw-");
  }

  @Test
  void statisticsAreThere() throws Exception {
    DumpReport last = reports.getLast();
    assertThat(crit("show", latest().resolve("stats-dump").toString()))
        .contains(
            "\"pages_scanned\": " + last.pagesScanned(),
            "\"pages_written\": " + last.pagesWritten(),
            "\"pages_skipped_parent\": " + last.pagesSkippedParent());
  }

  @Test
  void explorersShowProcessMappingsAndPages() throws Exception {
    String set = latest().toString();
    assertThat(crit("x", set, "ps")).containsPattern("4242 +4242 +4242 +toy");
    assertThat(crit("x", set, "mems"))
        .contains("exe                                     toy")
        .containsPattern("40000000-40400000 +rw-")
        .contains("[vsyscall]");
    assertThat(crit("x", set, "rss")).contains("40000000 / 1024");
  }

  @Test
  void encodingWhatWasDecodedGivesTheSameBytes() throws Exception {
    Path json = directory.resolve("json");
    Path again = directory.resolve("again.img");
    for (String name : List.of("inventory.img", "pstree.img", "files.img", "mm-" + PID + ".img")) {
      Path image = latest().resolve(name);
      crit("decode", "-i", image.toString(), "-o", json.toString());
      crit("encode", "-i", json.toString(), "-o", again.toString());
      assertThat(Files.readAllBytes(again)).as(name).isEqualTo(Files.readAllBytes(image));
    }
  }
}
