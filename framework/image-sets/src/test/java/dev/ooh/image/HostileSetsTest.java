package dev.ooh.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.digest.Digest;
import dev.ooh.image.message.CriuImages;
import dev.ooh.image.message.DescriptionMessage;
import dev.ooh.image.message.Entries;
import dev.ooh.image.message.ImageType;
import dev.ooh.image.message.ListedFile;
import dev.ooh.image.message.Manifest;
import dev.ooh.image.message.OohMessages;
import dev.ooh.image.message.SetFiles;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.ImageStore;
import java.io.ByteArrayOutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sets that were made to have a reader open what is none of theirs, wait, or run out of memory. */
class HostileSetsTest {
  @TempDir private Path directory;
  private Path set = Path.of("");

  @BeforeEach
  void dump() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      set = new SmallChain(store, 3).dump();
    }
  }

  private void list(ListedFile more) throws Exception {
    Path file = set.resolve(SetFiles.MANIFEST);
    Manifest manifest = Manifest.parse(file, Files.readAllBytes(file));
    List<ListedFile> files = new ArrayList<>(manifest.files().values());
    files.add(more);
    Files.write(file, new Manifest(manifest.description(), files).toByteArray());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "/etc/passwd",
        "/dev/zero",
        "a/b",
        "..",
        ".",
        "",
        ".hidden",
        "x\0y",
        "x\ny",
        "ooh.img",
        "parent"
      })
  void onlyPlainNamesOfTheSetsOwnFilesAreListed(String name) throws Exception {
    Files.writeString(directory.resolve("x"), "");
    list(new ListedFile(name, 0, 0));
    assertThatThrownBy(() -> ImageSet.open(directory))
        .isInstanceOf(ImageException.class)
        .hasMessageMatching(
            ".*/set-000001/ooh\\.img at offset \\d+: found listed file with name '[^\n\0]*',"
                + " wanted a plain name of a file of the set");
    assertThatThrownBy(() -> LazySet.open(directory)).hasMessageContaining("a plain name of a");
  }

  @Test
  void noNameIsListedTwice() throws Exception {
    Path file = set.resolve(SetFiles.MANIFEST);
    byte[] once = Files.readAllBytes(file);
    Manifest manifest = Manifest.parse(file, once);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(once, 12, once.length - 12);
    Entries.append(body, manifest.files().get("pstree.img").toMessage());
    write(body.toByteArray());
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessageContaining("name 'pstree.img' once more");
  }

  /** A manifest of these entries. */
  private void write(byte[] entries) throws Exception {
    Path file = set.resolve(SetFiles.MANIFEST);
    byte[] good = Files.readAllBytes(file);
    Files.write(
        file,
        ByteBuffer.allocate(12 + entries.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(good, 0, 8)
            .putInt(Digest.of(entries, 0, entries.length))
            .put(entries)
            .array());
  }

  private void describe(
      OohMessages.SetDescription.Builder description, Map<String, ListedFile> files)
      throws Exception {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    Entries.append(body, description.build());
    files.values().forEach(each -> Entries.append(body, each.toMessage()));
    write(body.toByteArray());
  }

  @Test
  void pagesOfAnotherSizeAreRefused() throws Exception {
    var description = DescriptionMessage.of(ImageSet.open(directory).description());
    assertThat(description.getPageSize()).isEqualTo(4096);
    Path file = set.resolve(SetFiles.MANIFEST);
    var files = Manifest.parse(file, Files.readAllBytes(file)).files();
    describe(description.toBuilder().setPageSize(16384), files);
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessage(
            "%s/ooh.img at offset 16: found set description with pages of 16384 bytes, wanted 4096,"
                    .formatted(set)
                + " as all of them are here");
    describe(description.toBuilder().clearPageSize(), files); // as earlier versions wrote it
    assertThat(ImageSet.open(directory).pages().pageCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ooh.img", "inventory.img", "pages-1.img", "files.img"})
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void onlyRegularFilesAreOpened(String name) throws Exception {
    Path file = set.resolve(name);
    Path aside = directory.resolve("aside");
    Files.move(file, aside);
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessage("%s: found a device or pipe, wanted a file of the set's own".formatted(file));
    Files.delete(file);
    Files.createSymbolicLink(file, Path.of("/dev/zero"));
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessage("%s: found a symbolic link, wanted a file of the set's own".formatted(file));
    Files.delete(file);
    Files.createSymbolicLink(file, aside);
    assertThatThrownBy(() -> ImageSet.open(directory)).hasMessageContaining("a symbolic link");
    Files.delete(file);
    Files.createDirectory(file);
    assertThatThrownBy(() -> ImageSet.open(directory)).hasMessageContaining("a directory");
    Files.delete(file);
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessageContaining(file + ": found nothing");
    Files.move(aside, file);
    assertThat(ImageSet.open(directory).pages().pageCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"inventory.img", "files.img", "ooh-digests.img", "pages-1.img"})
  void lengthsAreComparedBeforeAnythingIsRead(String name) throws Exception {
    Path file = set.resolve(name);
    long length = Files.size(file);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(3L << 40);
    }
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessage(
            "%s at offset %d: found %d bytes, wanted %d bytes"
                .formatted(file, length, 3L << 40, length));
  }

  @Test
  void aManifestThatIsTooLongIsNotRead() throws Exception {
    Path file = set.resolve(SetFiles.MANIFEST);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(3L << 40);
    }
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessageStartingWith(file + ": found 3298534883328 bytes, wanted at most");
  }

  @Test
  void aVersionThatNobodyKnowsIsRefusedByName() throws Exception {
    Path file = set.resolve(SetFiles.MANIFEST);
    byte[] good = Files.readAllBytes(file);
    byte[] bytes = good.clone();
    bytes[4] = 9;
    Files.write(file, bytes);
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessage(file + " at offset 4: found version 9, wanted 1");
    Files.write(file, good);
    Path digests = set.resolve(SetFiles.DIGESTS);
    bytes = Files.readAllBytes(digests);
    bytes[4] = 7;
    Files.write(digests, bytes);
    list(new ListedFile("other.img", 0, 0));
    Files.createFile(set.resolve("other.img"));
    relist(SetFiles.DIGESTS);
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessage(digests + " at offset 4: found version 7, wanted 1");
  }

  @Test
  void aVersionOfCriusImagesThatNobodyKnowsIsRefusedByName() throws Exception {
    Path file = set.resolve("inventory.img");
    var image = Entries.begin(ImageType.INVENTORY);
    Entries.append(image, CriuImages.inventory().toBuilder().setImgVersion(3).build());
    Files.write(file, image.toByteArray());
    relist("inventory.img");
    assertThatThrownBy(() -> ImageSet.open(directory))
        .hasMessage(file + ": found version 3, wanted 1 to 2, which CRIU's images have");
  }

  /** As a writer would that knows no better. */
  private void relist(String name) throws Exception {
    Path file = set.resolve(SetFiles.MANIFEST);
    Manifest manifest = Manifest.parse(file, Files.readAllBytes(file));
    List<ListedFile> files = new ArrayList<>(manifest.files().values());
    byte[] bytes = Files.readAllBytes(set.resolve(name));
    files.removeIf(listed -> listed.name().equals(name));
    files.add(new ListedFile(name, bytes.length, Digest.of(bytes, 0, bytes.length)));
    Files.write(file, new Manifest(manifest.description(), files).toByteArray());
  }
}
