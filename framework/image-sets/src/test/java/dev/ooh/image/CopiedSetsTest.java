package dev.ooh.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.image.reader.ChainCheck;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetFolder;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.testing.jvm.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories of sets that were copied, lie at odd places, or may not be read. */
class CopiedSetsTest {
  @TempDir private Path directory;

  private Path chainOfThree(String name) throws IOException {
    Path place = directory.resolve(name);
    try (ImageStore store = ImageStore.open(place)) {
      SmallChain chain = new SmallChain(store, 4);
      chain.dump();
      chain.preDump(1);
      chain.dump(2);
    }
    return place;
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
  }

  private static List<Integer> restored(Path place) throws IOException {
    List<Integer> firsts = new ArrayList<>();
    ImageSet set = ImageSet.open(place);
    new ChainCheck().check(set);
    set.readPages(
        (address, pages, length) -> {
          for (int at = 0; at < length; at += 4096) {
            firsts.add((int) pages[at]);
          }
        });
    return firsts;
  }

  private static void goesOn(Path place) throws IOException {
    try (ImageStore store = ImageStore.open(place)) {
      assertThat(store.tidy()).isEmpty();
      WrittenSet newest = ImageSet.open(place).written();
      try (ImageSetWriter writer =
          new ImageSetWriter(store, SmallChain.PID, java.util.Optional.of(newest))) {
        writer.pages(
            newest.pages(), newest.pages(), (address, target, offset, length) -> {}, written -> {});
        WrittenSet _ =
            writer.finish(
                ImageSet.open(place).description(), new DumpStatsEntry(0, 0, 0, 0, 0, 0, 0));
      }
    }
    assertThat(place.resolve("latest")).isSymbolicLink();
    assertThat(ImageSet.open(place).chainLength()).isEqualTo(4);
    assertThat(restored(place)).containsExactly(1, 2, 3, 1);
  }

  @Test
  void aCopyMadeByFollowingLinksIsReadAndGoesOn() throws Exception {
    Path copy = directory.resolve("copy");
    run("cp", "-rL", chainOfThree("D").toString(), copy.toString());
    assertThat(copy.resolve("latest")).isDirectory();
    assertThat(Files.isSymbolicLink(copy.resolve("latest"))).isFalse();
    assertThat(restored(copy)).containsExactly(1, 2, 3, 1);
    goesOn(copy);
  }

  /** At each change of the directory: its latest set is the old one or the new one. */
  @Test
  void suchACopyLosesNothingWhereItsWriterDies() throws Exception {
    Path copy = directory.resolve("copy");
    run("cp", "-rL", chainOfThree("D").toString(), copy.toString());
    Path draft = Files.createDirectory(copy.resolve(".draft-1"));
    Files.move(copy.resolve("latest"), draft.resolve("latest-before"));
    ImageStore.open(copy).close();
    assertThat(draft).doesNotExist();
    assertThat(restored(copy)).containsExactly(1, 2, 3, 1);
  }

  @Test
  void aCopyThatTarMadeIsReadAndGoesOn() throws Exception {
    Path archive = directory.resolve("archive.tar");
    Path copy = Files.createDirectory(directory.resolve("copy"));
    run("tar", "-C", chainOfThree("D").toString(), "-cf", archive.toString(), ".");
    run("tar", "-C", copy.toString(), "-xf", archive.toString());
    assertThat(restored(copy)).containsExactly(1, 2, 3, 1);
    goesOn(copy);
  }

  @Test
  void aPathMayHaveAnyCharacters() throws Exception {
    assumeTrue(
        "UTF-8".equals(System.getProperty("sun.jnu.encoding")),
        "names are not UTF-8 in this locale: LANG=C.UTF-8");
    Path place = chainOfThree("Prüfung 检查点 \uD83D\uDDC2 a\u0301 'x' \"y\" %s");
    assertThat(restored(place)).containsExactly(1, 2, 3, 1);
    goesOn(place);
  }

  @Test
  void anEmptyDirectoryIsSaidToHaveNoSets() throws Exception {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertThat(new SetFolder(empty).sets()).isEmpty();
    assertThat(new SetFolder(empty).latest()).isEmpty();
    assertThatThrownBy(() -> ImageSet.open(empty))
        .hasMessage(empty + ": found no link 'latest', wanted a directory of image sets");
    assertThatThrownBy(() -> LazySet.open(empty)).hasMessageContaining("no link 'latest'");
    goesOnFromNothing(empty);
  }

  private static void goesOnFromNothing(Path empty) throws IOException {
    try (ImageStore store = ImageStore.open(empty)) {
      new SmallChain(store, 4).dump();
    }
    assertThat(restored(empty)).containsExactly(1, 1, 1, 1);
  }

  @Test
  void whatMayNotBeReadIsSaidToBeDenied() throws Exception {
    Path place = chainOfThree("D");
    Path set = place.resolve("set-000003");
    for (Path denied :
        List.of(
            set.resolve("pages-1.img"),
            set.resolve("ooh.img"),
            set.resolve("mm-4711.img"),
            set,
            place)) {
      var before = Files.getPosixFilePermissions(denied);
      Files.setPosixFilePermissions(denied, java.util.Set.of());
      String told = withoutPrivileges(place);
      Files.setPosixFilePermissions(denied, before);
      assertThat(told.lines().toList())
          .as("%s: %s", denied, told)
          .allMatch(line -> line.matches("\\w+: DENIED " + denied + ".*: permission denied, .*"));
    }
    Files.setPosixFilePermissions(
        place, java.nio.file.attribute.PosixFilePermissions.fromString("r-xr-xr-x"));
    assertThat(withoutPrivileges(place).lines()).isEmpty();
    Files.setPosixFilePermissions(
        place, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** What a process is told that can't do everything: root reads whatever it wants. */
  private static String withoutPrivileges(Path place) throws Exception {
    ChildJvm reader = ChildJvm.of(Reader.class, place.toString());
    if (Files.exists(Path.of("/usr/bin/setpriv"))) {
      reader =
          reader.by(
              "/usr/bin/setpriv",
              "--inh-caps=-dac_override,-dac_read_search",
              "--bounding-set=-dac_override,-dac_read_search");
    }
    Process process = reader.builder().redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    assumeTrue(status == 0, "the process can't be started with fewer privileges");
    return out;
  }

  /** Tells what each way of reading fails with. */
  static final class Reader {
    private Reader() {}

    public static void main(String[] arguments) {
      Path place = Path.of(arguments[0]);
      tell("eager", () -> restored(place));
      tell("lazy", () -> LazySet.open(place).verify(() -> true));
    }

    private interface Read {
      Object run() throws IOException;
    }

    private static void tell(String how, Read read) {
      try {
        Object _ = read.run();
      } catch (ImageException e) {
        System.out.println(how + ": " + e.kind() + " " + e.getMessage());
      } catch (IOException e) {
        System.out.println(how + ": other " + e);
      }
    }
  }
}
