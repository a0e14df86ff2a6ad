package dev.ooh.checkpoints;

import dev.ooh.image.file.FileLayer;
import dev.ooh.image.file.FileLayers;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.NextSet;
import dev.ooh.library.PageTracker;
import dev.ooh.linux.substrate.AnonymousMemory;
import dev.ooh.tracking.TrackingException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Memory segments that come back: each checkpoint writes what changed since the one before, and the
 * next start of the program finds the segments as the newest one has them.
 *
 * <pre>{@code
 * try (Arena arena = Arena.ofShared();
 *     Checkpoints checkpoints = Checkpoints.open(Path.of("state"))) {
 *   MemorySegment counter = checkpoints.segment("counter", 4096, arena);
 *   counter.set(JAVA_LONG, 0, counter.get(JAVA_LONG, 0) + 1);
 *   checkpoints.take().join(); // durable
 * }
 * }</pre>
 *
 * <p>The program may die at any moment, by {@code kill -9} or for want of power: a checkpoint is
 * there as a whole or not at all, and is read back only if each page has its digest. What a segment
 * holds must make sense at another address: offsets, not pointers.
 *
 * <p><b>Who writes meanwhile.</b> Without a {@link Standstill}, whoever calls {@link #take} is the
 * only writer until the call returns; by then everything is copied, and written afterwards. With
 * one, any thread may call it while others write: pages are copied while they do, those that
 * changed meanwhile once more as long as they become fewer, and writers are stopped for the rest
 * alone. Of the first checkpoint of 32 MiB or more most is not copied but written while they do, as
 * a set of its own that the checkpoint builds on.
 *
 * <p>On a CRaC JVM, with org.crac on the class path, a checkpoint of the JVM itself lets others
 * write to the directory for its length: nothing stays open there, and whoever calls a method
 * waits. After the restore the chain goes on, if nobody has written to it meanwhile; the next
 * checkpoint has every page. If somebody has, the restore says so, and this is closed. A segment
 * that can't be tracked after it is tried again by each {@link #take}, which fails until it can.
 *
 * <p>Safe for any thread. The directory holds image sets in CRIU's format, which {@code ooh images}
 * and {@code crit} read; one program at a time writes to it.
 */
public final class Checkpoints implements AutoCloseable {
  private final CheckpointOptions options;
  private final Thresholds thresholds;
  private final Chain chain;
  private final NextSet next;
  private final @Nullable Verification verification;
  private final Threads threads;

  /** Whose monitor guards all below, and what they do. */
  private final Turns turns = new Turns();

  private final Segments segments = new Segments();
  private final CopyChoice choice;
  private final SavedSegments saved;
  private final Tracking tracking;
  private final Writing writing;
  private final Lending lending;
  private final Schedule schedule = new Schedule();

  /** Whether what {@link #verification} found out is yet to be told to {@link #next}. */
  private boolean unsettled;

  private boolean ended;

  /** Kept for org.crac, which doesn't; null without. */
  private @Nullable Object resource;

  private Checkpoints(CheckpointOptions options, Chain chain, Thresholds thresholds) {
    this.options = options;
    this.thresholds = thresholds;
    this.chain = chain;
    threads = new Threads("checkpoints of " + options.name());
    next = new NextSet(options.copyBytes());
    choice = new CopyChoice(options, segments, next);
    saved = new SavedSegments(options, chain, segments, next);
    tracking = new Tracking(options, segments, choice);
    Newest newest = chain.newest().orElse(null);
    if (newest instanceof Newest.Whole whole) {
      next.restored(whole.set().written());
    }
    verification = newest instanceof Newest.Lazy lazy ? new Verification(lazy.set()) : null;
    unsettled = verification != null;
    writing = new Writing(options, chain, next, turns, threads);
    lending = new Lending(turns, writing, chain, verification);
  }

  /**
   * Opens the checkpoints in {@code directory}, which is made where it isn't there, for a program
   * in which whoever takes a checkpoint is the only writer. The directory may be in any file system
   * that java.nio.file has a provider for; {@link #weaker} says what that costs.
   *
   * @throws IOException if it can't be written to, naming what stands in the way, or another
   *     program writes to it, naming which; or if its newest checkpoint is damaged
   * @throws TrackingException if no technique works here
   */
  public static Checkpoints open(Path directory) throws IOException, TrackingException {
    return open(directory, CheckpointOptions.defaults());
  }

  /**
   * As {@link #open(Path)}, with options.
   *
   * @throws TrackingException as well if the technique that is asked for does not work here
   */
  public static Checkpoints open(Path directory, CheckpointOptions options)
      throws IOException, TrackingException {
    return open(directory, options, FileLayers.of(directory));
  }

  static Checkpoints open(Path directory, CheckpointOptions options, FileLayer files)
      throws IOException, TrackingException {
    return open(directory, options, files, Thresholds.USUAL);
  }

  static Checkpoints open(
      Path directory, CheckpointOptions options, FileLayer files, Thresholds thresholds)
      throws IOException, TrackingException {
    return open(directory, options, files, thresholds, false);
  }

  /**
   * As {@link #open(Path, CheckpointOptions)}, but segments can be used at once: they are mapped
   * copy-on-write from the image files, so that each page is read when it is first touched, and the
   * newest checkpoint is read and verified in the background. Until that has ended, no checkpoint
   * is taken: {@link #take} waits. The first one also tries whether the directory can be written
   * to, which is only locked before, and whether what changes can be tracked.
   *
   * <p>Pages that nobody writes to stay those of the files, which may be removed meanwhile but not
   * changed: a checkpoint folded into another takes room on the disk until the segments' arenas
   * close. Such memory has no huge pages, and {@linkplain CheckpointOptions#frozenTarget copy
   * before write} can't be used for it. A page that the disk can't read makes the access to it
   * fail.
   *
   * <p>Where there are many sets, or what changed lies here and there, each set would have to be
   * looked into at the next start, and single pages copied one by one. So a program that was opened
   * this way keeps what its newest checkpoint holds in one file as well, {@code .flat}, from 64
   * such pages or a fifth set on: made by the thread that writes, after the first checkpoint that
   * needs it in each life of the program, and changed by each one after that. It takes as much room
   * on the disk as the segments; from the program's second life on twice as much, as the one that
   * was restored from is mapped until the segments' arenas close. If it can't be written, or would
   * leave less than 64 MiB free, {@link CheckpointListener#failed} is told, and the program does
   * without until its next start. {@link CheckpointOptions#withoutFlatImage} switches it off.
   *
   * <p>Where {@code directory} is of another file system than Java's default one, or pages are to
   * be {@linkplain CheckpointOptions#withCompression compressed}, this is {@link #open(Path,
   * CheckpointOptions)}; where some were, everything is read as well, and a flat image spares that
   * the next time.
   *
   * @param damaged is told, by a thread of its own, if something is not as it was written: what the
   *     program did since is worthless, and it should end. No checkpoint is taken from then on
   * @throws IOException as {@link #open(Path)}, of damage that is found at once
   */
  public static Checkpoints openLazily(
      Path directory, CheckpointOptions options, Consumer<? super IOException> damaged)
      throws IOException, TrackingException {
    return options.compressed() || LazySet.refusal(directory).isPresent()
        ? open(directory, options)
        : openLazily(directory, options, damaged, FileLayers.of(directory), Thresholds.USUAL);
  }

  static Checkpoints openLazily(
      Path directory,
      CheckpointOptions options,
      Consumer<? super IOException> damaged,
      FileLayer files,
      Thresholds thresholds)
      throws IOException, TrackingException {
    Checkpoints checkpoints = open(directory, options, files, thresholds, true);
    Verification begun = checkpoints.verification;
    if (begun != null) {
      begun.start(checkpoints.threads, damaged);
    }
    return checkpoints;
  }

  private static Checkpoints open(
      Path directory,
      CheckpointOptions options,
      FileLayer files,
      Thresholds thresholds,
      boolean lazily)
      throws IOException, TrackingException {
    AnonymousMemory.prepare(); // while images are read
    Chain chain = Chain.open(directory, options, files, lazily, thresholds.scatteredPages());
    CheckpointListener heard = new HeardListener(options.listener());
    Checkpoints checkpoints = new Checkpoints(options.withListener(heard), chain, thresholds);
    boolean opened = false;
    try {
      if (checkpoints.verification == null) {
        checkpoints.track();
      } else {
        checkpoints.announce();
      }
      opened = true;
      return checkpoints;
    } finally {
      if (!opened) {
        checkpoints.close();
      }
    }
  }

  /** Where org.crac is not there, nobody announces a checkpoint of this JVM. */
  private void announce() {
    try {
      resource = CracResource.register(this);
    } catch (NoClassDefFoundError e) {
      if (!String.valueOf(e.getMessage()).startsWith("org/crac/")) {
        throw e;
      }
      resource = null;
    }
  }

  /** Begins to track, by the technique that is wanted. */
  private void track() throws TrackingException {
    tracking.begin(this::announce); // after the tracker is, so that this one is told first
  }

  /**
   * A line for each thing that holds less firmly in this directory than on Linux's own file
   * systems, as its file system can do less; none there.
   */
  public List<String> weaker() {
    return chain.weaker();
  }

  /**
   * Completes when all of the newest checkpoint was found as it was written; at once unless this
   * was {@linkplain #openLazily opened lazily}.
   *
   * @return completes exceptionally with an {@link IOException} of the first damage, and with a
   *     {@link CancellationException} if this was closed before
   */
  public CompletableFuture<Void> verified() {
    return verification == null
        ? CompletableFuture.completedFuture(null)
        : verification.whole().thenAccept(set -> {});
  }

  /** Whether a checkpoint was there when this was opened. */
  public boolean restored() {
    return chain.newest().isPresent();
  }

  /**
   * What the program said of the checkpoint that was there when this was opened; nothing if there
   * was none, or nothing was said.
   */
  public Map<String, String> metadata() {
    return chain.newest().map(it -> it.description().metadata()).orElse(Map.of());
  }

  /**
   * The segment called {@code name}: as the newest checkpoint has it, or zeros where none has it
   * yet. From now on it is part of each checkpoint. It lies where it did when it was first in one,
   * if that is free.
   *
   * @param bytes of the segment, the same in each life of the program
   * @param arena that more than one thread may use: shared, automatic or global. It must outlive
   *     this object, or the segment be {@linkplain #forget forgotten} before
   * @throws IOException if the checkpoint has a segment of that name and another size, or a page of
   *     it is damaged, naming the file and offset
   * @throws TrackingException if the segment can't be tracked
   * @throws IllegalArgumentException if there is one of that name already, it would have no bytes,
   *     or the arena is for one thread
   */
  public MemorySegment segment(String name, long bytes, Arena arena)
      throws IOException, TrackingException {
    synchronized (turns) {
      awaitTurn();
      return saved.map(name, bytes, arena);
    }
  }

  /**
   * Has {@code memory}, which the program has already, be the segment called {@code name}: it is
   * filled with what the newest checkpoint has, at once also where this was {@linkplain #openLazily
   * opened lazily}, and verified; where none has it yet, it stays as it is. From now on it is part
   * of each checkpoint. Nobody writes to it before this returns.
   *
   * <p>It may be any native memory of whole pages that can be written to: allocated, mapped, or of
   * a file that is mapped, whose contents this changes then. What can be told of its changes is
   * what a {@link PageTracker} is told. If it is mapped from a file, writers {@linkplain
   * CheckpointOptions#frozenTarget stand still} for the copying.
   *
   * @param memory that more than one thread may use, as long as this object is open, or until it is
   *     {@linkplain #forget forgotten}
   * @return whether the newest checkpoint has it
   * @throws IOException if the checkpoint has a segment of that name and another size, or a page of
   *     it is damaged, naming the file and offset; a part of {@code memory} may be filled then
   * @throws TrackingException if it can't be tracked
   * @throws IllegalArgumentException if there is one of that name already, or {@code memory} can't
   *     be taken, saying why
   */
  public boolean add(String name, MemorySegment memory) throws IOException, TrackingException {
    synchronized (turns) {
      awaitTurn();
      return saved.fill(name, memory);
    }
  }

  /**
   * Leaves the segment called {@code name} out of checkpoints from now on, whether the program
   * asked for it or only an earlier checkpoint has it.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public void forget(String name) {
    synchronized (turns) {
      awaitTurn();
      saved.forget(name);
    }
  }

  /**
   * Takes a checkpoint. When this returns, everything is copied and writers may go on; the
   * checkpoint is durable, and what {@link #open} finds, when the future completes. A call while
   * the one before is still being written waits for that first, but not for a chain that is being
   * folded.
   *
   * @return completes exceptionally with an {@link IOException} if the checkpoint could not be
   *     written: what changed is in the next one then, and the one before is still there. To cancel
   *     it ends no writing. What depends on it is run by a thread of its own, and may call this
   *     again, or {@link #close}
   * @throws IOException if it could not be written before this returns: while writers stood still,
   *     where there is no room for copies, or while they ran, most of a first one; or if this was
   *     {@linkplain #openLazily opened lazily}: the checkpoint that was restored turned out to be
   *     damaged; or, as the first call tries only then, the directory can't be written to, or no
   *     technique works here
   * @throws IllegalStateException if a segment of the newest checkpoint was neither asked for nor
   *     forgotten, if there is no segment, or after {@link #close}
   * @throws InterruptedException while the writers were about to be stopped
   */
  public CompletableFuture<Checkpoint> take() throws IOException, InterruptedException {
    return take(Map::of);
  }

  /**
   * As {@link #take()}, with a few words of the program's own: {@link #metadata} has them when this
   * checkpoint was restored.
   *
   * @throws IllegalArgumentException if they have more than 64 KiB; no checkpoint is taken then
   */
  public CompletableFuture<Checkpoint> take(Map<String, String> metadata)
      throws IOException, InterruptedException {
    Map<String, String> copy = Metadata.checked(metadata);
    return take(() -> copy);
  }

  /**
   * As {@link #take(Map)}, with words for which the caller of this is asked while writers stand
   * still: of the very moment that the checkpoint has. What that throws, this does.
   */
  public CompletableFuture<Checkpoint> take(Supplier<Map<String, String>> metadata)
      throws IOException, InterruptedException {
    turns.checkOpen();
    try {
      return take(verification == null ? null : verification.await(), metadata);
    } catch (CancellationException e) {
      throw new IllegalStateException("the checkpoints were closed meanwhile", e);
    }
  }

  private CompletableFuture<Checkpoint> take(
      @Nullable ImageSet verified, Supplier<Map<String, String>> metadata)
      throws IOException, InterruptedException {
    synchronized (turns) {
      awaitTurn();
      saved.check();
      if (verified != null && unsettled) {
        chain.tidy(verified);
        next.restored(verified.written());
        unsettled = false;
      }
      trackOrSay();
      saved.watch();
      Taking taking =
          new Taking(options, segments, next, chain, choice, metadata, thresholds.aheadBytes());
      try {
        taking.copy();
      } catch (IOException e) {
        writing.makeRoom();
        throw e;
      }
      return writing.write(taking);
    }
  }

  /** Waits for what is being written, and while this JVM is being checkpointed. */
  private void awaitTurn() {
    turns.await();
    writing.await();
    turns.checkOpen();
  }

  private void trackOrSay() throws IOException {
    try {
      track();
    } catch (TrackingException e) {
      throw new IOException(
          "no checkpoint is taken, as nothing tells what changes: " + e.getMessage(), e);
    }
  }

  /**
   * Takes a checkpoint each {@code period} from now on, the first one a period from now; where one
   * takes longer, the next begins a period after its end. Failures are told to the listener.
   *
   * @throws IllegalStateException without a {@link Standstill}, or if called before
   */
  public void takeEvery(Duration period) {
    takeEvery(period, Map::of);
  }

  /** As {@link #takeEvery(Duration)}, each {@linkplain #take(Supplier) with metadata}. */
  public void takeEvery(Duration period, Supplier<Map<String, String>> metadata) {
    synchronized (turns) {
      turns.checkOpen();
      if (options.standstill().isEmpty()) {
        throw new IllegalStateException(
            "checkpoints by the clock: found no standstill, wanted one that stops the writers");
      }
      schedule.begin(period, threads, () -> takeNow(metadata));
    }
  }

  private void takeNow(Supplier<Map<String, String>> metadata) {
    CompletableFuture<Checkpoint> taken;
    try {
      taken = take(metadata);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (IOException | RuntimeException e) {
      if (!turns.isClosed()) {
        options.listener().failed(e);
      }
      return;
    } catch (Error e) {
      options.listener().failed(Errors.told("no checkpoint was taken", e));
      return; // the clock goes on
    }
    try {
      Checkpoint _ = taken.join();
    } catch (CompletionException e) {
      // the writing thread told the listener
    }
  }

  /**
   * Ends the tracking, when what is being written is written, and a verification that is at work;
   * what that meets from then on is told to nobody. Takes no checkpoint. The segments stay.
   *
   * <p>Waits for the checkpoint that was begun, and for a chain that is being folded into one set;
   * of a flat image for the changes of the last checkpoint, but not for one that is being made,
   * which is given up: the next lazy start has the one before, if any, and the sets since then.
   */
  @Override
  public void close() throws IOException {
    turns.announceEnd();
    if (verification != null) {
      verification.abandon();
    }
    turns.closeIfLent(); // or the clock would wait for a restore that waits for this
    schedule.end();
    if (verification != null) {
      verification.awaitEnd(); // before others may write to the directory
    }
    synchronized (turns) {
      writing.await();
      turns.close();
    }
    writing.awaitFolding();
    synchronized (turns) {
      writing.await();
      if (!ended) {
        ended = true;
        writing.end();
        tracking.end();
        chain.close();
      }
    }
  }

  /**
   * Ends what is at work and lets go of the directory, and of each file in it. Whoever wants
   * anything of this waits for {@link #resume}.
   */
  void suspend() throws IOException {
    lending.begin();
  }

  /**
   * Goes on with the chain of before.
   *
   * @throws IOException if another one writes to the directory, or did meanwhile; this is closed
   *     then
   */
  void resume() throws IOException {
    boolean resumed = false;
    try {
      lending.end(this::known, saved::lost);
      resumed = true;
    } finally {
      if (!resumed) {
        close();
      }
    }
  }

  /** The set that the next one builds on. */
  private Optional<WrittenSet> known() {
    return unsettled && verification != null
        ? verification.found().map(ImageSet::written)
        : next.previous();
  }
}
