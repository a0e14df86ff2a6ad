package dev.ooh.image.fuzz;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.ooh.image.ImageException;
import dev.ooh.image.SmallChain;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.message.ListedFile;
import dev.ooh.image.message.Manifest;
import dev.ooh.image.message.SetFiles;
import dev.ooh.image.reader.ChainCheck;
import dev.ooh.image.reader.CompressedPagesException;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads a chain of two sets, of which a file of the newer one has other bytes. Whatever they are, a
 * check, a restore and a lazy one, with its verification, all take the chain, or all refuse it by
 * one line that names a file; and both restores bring the same bytes.
 *
 * <pre>
 *  0                       1                                                2
 *  ├───────────────────────┼────────────────────────────────────────────────┼──────────────────────
 *  │ number of the file,   │ bit 0: the manifest's digests are made to      │ contents of the file
 *  │ by name, modulo all   │ agree, so that what reads the contents sees    │
 *  │                       │ them; bit 1: of sets with compressed pages     │
 *  └───────────────────────┴────────────────────────────────────────────────┴──────────────────────
 * </pre>
 */
public final class SetFuzzer {
  private static final int HEADER = 2;
  private static final int MANIFEST_DIGEST = 8;
  private static final int MANIFEST_HEADER = 12;
  private static final int MOST_FILLED = 1 << 20;
  private static final List<SetFuzzer> KINDS = List.of(new SetFuzzer(false), new SetFuzzer(true));

  private final Path directory =
      Jimfs.newFileSystem(Configuration.unix()).getPath("/sets").toAbsolutePath();
  private final Path set;

  /** The newer set's files as they were written. */
  private final Map<String, byte[]> whole = new TreeMap<>();

  private SetFuzzer(boolean compressed) {
    try (ImageStore store = ImageStore.open(directory)) {
      SmallChain chain = new SmallChain(compressed ? store.compressed() : store, 6);
      chain.dump(0, 1, 2, 3, 4, 5);
      set = chain.dump(1, 2, 4);
      try (Stream<Path> files = Files.list(set)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          if (Files.isRegularFile(file)) {
            whole.put(file.getFileName().toString(), Files.readAllBytes(file));
          }
        }
      }
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    boolean _ = takes(input);
  }

  /** Inputs by which each file has the bytes that it has, its digest to be checked or not. */
  static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int flags = 0; flags < 2 * KINDS.size(); flags++) {
      byte number = 0;
      for (byte[] bytes : KINDS.get(flags >> 1).whole.values()) {
        seeds.add(
            ByteBuffer.allocate(HEADER + bytes.length)
                .put(number++)
                .put((byte) flags)
                .put(bytes)
                .array());
      }
    }
    return seeds;
  }

  static boolean takes(byte[] input) throws IOException {
    return input.length < HEADER || KINDS.get(input[1] >> 1 & 1).isTaken(input);
  }

  private boolean isTaken(byte[] input) throws IOException {
    String name = List.copyOf(whole.keySet()).get((input[0] & 0xff) % whole.size());
    byte[] bytes = Arrays.copyOfRange(input, HEADER, input.length);
    boolean signs = (input[1] & 1) != 0;
    boolean isManifest = name.equals(SetFiles.MANIFEST);
    try {
      Files.write(set.resolve(name), signs && isManifest ? signed(bytes) : bytes);
      if (signs && !isManifest) {
        adopt(name, bytes);
      }
      return judge(name);
    } finally {
      Files.write(set.resolve(name), whole.get(name));
      Files.write(set.resolve(SetFiles.MANIFEST), whole.get(SetFiles.MANIFEST));
    }
  }

  private static byte[] signed(byte[] manifest) {
    byte[] bytes = manifest.clone();
    if (bytes.length >= MANIFEST_HEADER) {
      ByteBuffer.wrap(bytes)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(
              MANIFEST_DIGEST, Digest.of(bytes, MANIFEST_HEADER, bytes.length - MANIFEST_HEADER));
    }
    return bytes;
  }

  private void adopt(String name, byte[] bytes) throws IOException {
    Path file = set.resolve(SetFiles.MANIFEST);
    Manifest manifest = Manifest.parse(file, whole.get(SetFiles.MANIFEST));
    int digest = SetFiles.isPages(name) ? 0 : Digest.of(bytes, 0, bytes.length);
    List<ListedFile> files = new ArrayList<>();
    for (ListedFile listed : manifest.files().values()) {
      files.add(listed.name().equals(name) ? new ListedFile(name, bytes.length, digest) : listed);
    }
    Files.write(file, new Manifest(manifest.description(), files).toByteArray());
  }

  private boolean judge(String name) throws IOException {
    Optional<String> check = complaint(() -> new ChainCheck().check(ImageSet.open(directory)));
    Optional<String> restore = complaint(this::restore);
    Optional<String> lazily = complaint(this::restoreLazily);
    if (check.isPresent() != restore.isPresent() || check.isPresent() != lazily.isPresent()) {
      throw new AssertionError(
          "of another %s: a check says %s, a restore says %s, a lazy one says %s"
              .formatted(name, check, restore, lazily));
    }
    return check.isEmpty();
  }

  /** Memory is filled before anything is verified. */
  private void restoreLazily() throws IOException {
    LazySet lazy;
    try {
      lazy = LazySet.open(directory);
    } catch (CompressedPagesException e) {
      restore(); // which is what happens then
      return;
    }
    Map<Region, byte[]> filled = new LinkedHashMap<>();
    for (Region region : lazy.description().regions()) {
      if (region.bytes() <= MOST_FILLED) {
        FilledBytes bytes = new FilledBytes((int) region.bytes());
        lazy.fill(region.start(), region.bytes(), 0, bytes);
        filled.put(region, bytes.contents());
      }
    }
    ImageSet whole = lazy.verify(() -> true);
    for (Map.Entry<Region, byte[]> each : filled.entrySet()) {
      if (!Arrays.equals(each.getValue(), filled(whole, each.getKey()))) {
        throw new AssertionError("other bytes in " + each.getKey() + " after a lazy restore");
      }
    }
  }

  private static byte[] filled(ImageSet set, Region region) throws IOException {
    byte[] bytes = new byte[(int) region.bytes()];
    set.fill(MemorySegment.ofArray(bytes), region.start());
    return bytes;
  }

  private void restore() throws IOException {
    ImageSet newest = ImageSet.open(directory);
    long[] pages = {0};
    newest.readPages((address, bytes, length) -> pages[0] += length / 4096);
    ChainCheck.rest(newest);
    for (Region region : newest.description().regions()) {
      if (region.bytes() <= MOST_FILLED) {
        byte[] _ = filled(newest, region);
      }
    }
    if (pages[0] != newest.pages().pageCount()) {
      throw new AssertionError("read %d pages of %s".formatted(pages[0], newest.pages()));
    }
  }

  @FunctionalInterface
  private interface Reading {
    void run() throws IOException;
  }

  private Optional<String> complaint(Reading reading) throws IOException {
    try {
      reading.run();
      return Optional.empty();
    } catch (ImageException e) {
      String message = String.valueOf(e.getMessage());
      if (!message.startsWith(directory + "/")
          || !message.contains(": found ")
          || !message.contains(", wanted ")
          || message.lines().count() != 1) {
        throw new AssertionError("not one line that names a file: " + message, e);
      }
      return Optional.of(message);
    }
  }
}
