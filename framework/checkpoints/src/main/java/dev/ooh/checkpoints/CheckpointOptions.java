package dev.ooh.checkpoints;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How checkpoints are taken; unchangeable, each method gives another one.
 *
 * @param name of the program, for messages and in the image sets
 * @param standstill how writers are stopped; empty where whoever takes a checkpoint is the only
 *     writer
 * @param technique by which changed pages are found; empty for the best that works here
 * @param copyBytes how much may be copied so that writers need not stand still until it is on disk
 * @param frozenTarget how long writers should stand still at most; where copying while they do
 *     would take longer, pages are copied before they are written
 * @param longestChain of sets that build on each other, after which they are folded into one
 * @param keep how many checkpoints stay when the chain is folded
 * @param hugePages whether segments may be backed by pages of 2 MiB
 * @param flatImage whether a program that restores lazily keeps what its newest checkpoint holds in
 *     one file as well
 * @param compressed whether pages are compressed on their way to the disk
 * @param listener is told what happens
 */
public record CheckpointOptions(
    String name,
    Optional<Standstill> standstill,
    Optional<String> technique,
    long copyBytes,
    Duration frozenTarget,
    int longestChain,
    int keep,
    boolean hugePages,
    boolean flatImage,
    boolean compressed,
    CheckpointListener listener) {
  private static final int CHAIN = 16;
  private static final Duration FROZEN = Duration.ofMillis(1);

  public CheckpointOptions {
    atLeast("copyBytes", copyBytes, 0);
    atLeast("frozenTarget in ns", TimeUnit.NANOSECONDS.convert(frozenTarget), 0);
    atLeast("longestChain", longestChain, 1);
    atLeast("keep", keep, 1);
  }

  private static void atLeast(String what, long found, long least) {
    if (found < least) {
      throw new IllegalArgumentException(
          "%s is %d, wanted %d or more".formatted(what, found, least));
    }
  }

  /**
   * The caller is the only writer, a quarter of the Java heap may hold copies, other writers should
   * stand still for 1 ms at most, chains have 16 sets, one checkpoint is kept, and so is a flat
   * image by programs that restore lazily.
   */
  public static CheckpointOptions defaults() {
    return new CheckpointOptions(
        "java",
        Optional.empty(),
        Optional.empty(),
        Runtime.getRuntime().maxMemory() / 4,
        FROZEN,
        CHAIN,
        1,
        false,
        true,
        false,
        new CheckpointListener() {});
  }

  public CheckpointOptions withName(String text) {
    return with(copy -> copy.name = text);
  }

  /** So that any thread may take a checkpoint while others write. */
  public CheckpointOptions withStandstill(Standstill how) {
    return with(copy -> copy.standstill = Optional.of(how));
  }

  public CheckpointOptions withTechnique(String wanted) {
    return with(copy -> copy.technique = Optional.of(wanted));
  }

  /**
   * 0 lets writers stand still until everything is written. Where pages are copied before they are
   * written, as much as the last checkpoint's writers came first to is kept for the next, 16 MiB at
   * least.
   */
  public CheckpointOptions withCopyBytes(long most) {
    return with(copy -> copy.copyBytes = most);
  }

  /**
   * How long writers should stand still at most, whatever changed; a goal, not a promise. Something
   * must let their first writes to a page wait for that, which makes each of these dearer, some ten
   * to twenty microseconds, from the first checkpoint on that needs it until some in a row need it
   * no longer; a technique that was {@linkplain #withTechnique asked for} stays. A very long one
   * lets writers stand still as long as it takes; with zero, nothing is copied while they do.
   */
  public CheckpointOptions withFrozenTarget(Duration most) {
    return with(copy -> copy.frozenTarget = most);
  }

  public CheckpointOptions withLongestChain(int sets) {
    return with(copy -> copy.longestChain = sets);
  }

  public CheckpointOptions withKeep(int checkpoints) {
    return with(copy -> copy.keep = checkpoints);
  }

  /**
   * Lets the kernel back segments by transparent huge pages, where it has some. A snapshot of such
   * memory protects it 500 times as fast, and leaves them whole; a changed one counts and is
   * written as all of its 2 MiB.
   */
  public CheckpointOptions withHugePages() {
    return with(copy -> copy.hugePages = true);
  }

  /**
   * {@linkplain Checkpoints#openLazily Lazy restores} look into each set of the chain and copy what
   * is scattered, however long that takes, and the disk holds the sets alone. With a flat image it
   * holds as much as all segments once more; from the program's second life on, while another one
   * is made and until the segments' arenas close, twice as much.
   */
  public CheckpointOptions withoutFlatImage() {
    return with(copy -> copy.flatImage = false);
  }

  /**
   * Compresses pages by LZ4, 256 KiB at a time, in sets that are called {@code set-N.lz4}: less to
   * write where memory holds text, tables or zeros, more to compute, also while writers stand still
   * if there is no room for copies, and nothing that a restore could map: {@link
   * Checkpoints#openLazily} reads everything before it returns then, and keeps no flat image. Sets
   * of both kinds may build on each other. Not in file systems where nothing can be renamed, which
   * {@link Checkpoints#open} says.
   */
  public CheckpointOptions withCompression() {
    return with(copy -> copy.compressed = true);
  }

  public CheckpointOptions withListener(CheckpointListener told) {
    return with(copy -> copy.listener = told);
  }

  private CheckpointOptions with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.options();
  }

  /** All options, to change one. */
  private static final class Copy {
    private String name;
    private Optional<Standstill> standstill;
    private Optional<String> technique;
    private long copyBytes;
    private Duration frozenTarget;
    private int longestChain;
    private int keep;
    private boolean hugePages;
    private boolean flatImage;
    private boolean compressed;
    private CheckpointListener listener;

    private Copy(CheckpointOptions of) {
      name = of.name;
      standstill = of.standstill;
      technique = of.technique;
      copyBytes = of.copyBytes;
      frozenTarget = of.frozenTarget;
      longestChain = of.longestChain;
      keep = of.keep;
      hugePages = of.hugePages;
      flatImage = of.flatImage;
      compressed = of.compressed;
      listener = of.listener;
    }

    private CheckpointOptions options() {
      return new CheckpointOptions(
          name,
          standstill,
          technique,
          copyBytes,
          frozenTarget,
          longestChain,
          keep,
          hugePages,
          flatImage,
          compressed,
          listener);
    }
  }
}
