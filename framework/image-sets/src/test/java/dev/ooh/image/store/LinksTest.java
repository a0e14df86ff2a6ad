package dev.ooh.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.SmallChain;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.writer.SetMerge;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links lead where the system says, whatever the text of a path looks like. */
class LinksTest {
  @TempDir private Path directory;

  private Path behindALink() throws Exception {
    Files.createDirectories(directory.resolve("real/inner"));
    Files.createSymbolicLink(directory.resolve("link"), Path.of("real/inner"));
    return directory.resolve("link/../D");
  }

  @Test
  void aDirectoryAboveALinkIsTheSystems() throws Exception {
    Path place = behindALink();
    try (ImageStore store = ImageStore.open(place)) {
      SmallChain chain = new SmallChain(store, 4);
      chain.dump();
      chain.dump(1, 2);
      assertThatThrownBy(() -> ImageStore.open(directory.resolve("real/D")))
          .hasMessageContaining("writes to it");
    }
    assertThat(directory.resolve("D")).doesNotExist();
    assertThat(directory.resolve("real/D/latest")).isDirectory();
    assertThat(ImageSet.open(place).chainLength()).isEqualTo(2);
    try (ImageStore store = ImageStore.open(place)) {
      SetMerge.merge(store, ImageSet.open(place));
      assertThat(Pruning.of(new SetFolder(place), 1).removable())
          .containsExactly(place.resolve("set-000002"), place.resolve("set-000001"));
      assertThat(Pruning.of(new SetFolder(place), 2).removable()).isEmpty();
    }
  }

  @Test
  void directoriesBehindOneThatIsYetToBeMadeAreMade() throws Exception {
    Path place = directory.resolve("new/../D");
    try (ImageStore store = ImageStore.open(place)) {
      new SmallChain(store, 4).dump();
    }
    assertThat(ImageSet.open(directory.resolve("D")).chainLength()).isEqualTo(1);
  }

  @Test
  void aSetThatLiesElsewhereHasItsParentThere() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      SmallChain chain = new SmallChain(store, 4);
      chain.dump();
      chain.dump(1);
    }
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path second = directory.resolve("set-000002");
    Files.move(second, elsewhere.resolve("set-000002"));
    Files.createSymbolicLink(second, Path.of("elsewhere/set-000002"));
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessage(
            "%s/parent: found a link to nothing, wanted a link to the set with the in-parent pages"
                .formatted(second));
    Files.move(directory.resolve("set-000001"), elsewhere.resolve("set-000001"));
    assertThat(ImageSet.open(directory).chainLength()).isEqualTo(2);
  }
}
