package dev.ooh.checkpoints;

import dev.ooh.image.file.FileLayer;
import dev.ooh.image.file.FileLayers;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.NextSet;
import dev.ooh.library.PageTracker;
import dev.ooh.linux.substrate.AnonymousMemory;
import dev.ooh.linux.substrate.FirstWrites;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TrackingException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
 * checkpoint has every page. If somebody has, the restore says so, and this is closed.
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
  private final ExecutorService writer = Executors.newSingleThreadExecutor(this::thread);

  // Guarded by this, as all below.
  private final Segments segments;
  private final CopyChoice choice;

  /** What the newest checkpoint has and the program has not asked for yet, by name. */
  private final Map<String, Region> waiting = new HashMap<>();

  /** Pages of segments that were restored lazily, by images' addresses, and nobody watches yet. */
  private final Unwatched unwatched = new Unwatched();

  /** Nothing is tracked before the first checkpoint of a program that was restored lazily. */
  private @Nullable PageTracker tracker;

  /** Whether it is, and by the technique that is wanted. */
  private boolean tracking;

  /** Whether what {@link #verification} found out is yet to be told to {@link #next}. */
  private boolean unsettled;

  /** What the writing thread has to do; it alone touches next and chain until then. */
  private CompletableFuture<?> pending = CompletableFuture.completedFuture(null);

  private boolean closed;
  private boolean ended;

  /** Between a checkpoint of this JVM and its restore; also asked by the writing thread. */
  private volatile boolean suspended;

  /** Kept for org.crac, which doesn't; null without. */
  private @Nullable Object resource;

  /**
   * What the folding thread has to do before the writing thread has to settle it. Not guarded: set
   * by the writing thread.
   */
  private volatile CompletableFuture<?> folding = CompletableFuture.completedFuture(null);

  /** Not guarded: asked by the writing thread, for which the one that closes waits. */
  private volatile boolean closing;

  private @Nullable ScheduledExecutorService schedule;

  private Checkpoints(CheckpointOptions options, Chain chain, Thresholds thresholds) {
    this.options = options;
    this.thresholds = thresholds;
    this.chain = chain;
    next = new NextSet(options.copyBytes());
    segments = new Segments();
    choice = new CopyChoice(options, segments, next);
    Newest newest = chain.newest().orElse(null);
    if (newest != null) {
      newest.description().regions().forEach(region -> waiting.put(region.name(), region));
    }
    if (newest instanceof Newest.Whole whole) {
      next.restored(whole.set().written());
    }
    verification = newest instanceof Newest.Lazy lazy ? new Verification(lazy.set()) : null;
    unsettled = verification != null;
  }

  private Thread thread(Runnable action) {
    return thread("checkpoints of " + options.name(), action);
  }

  private static Thread thread(String name, Runnable action) {
    Thread thread = new Thread(action, name);
    thread.setDaemon(true);
    return thread;
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
   * <p>Where {@code directory} is of another file system than Java's default one, this is {@link
   * #open(Path, CheckpointOptions)}.
   *
   * @param damaged is told, by a thread of its own, if something is not as it was written: what the
   *     program did since is worthless, and it should end. No checkpoint is taken from then on
   * @throws IOException as {@link #open(Path)}, of damage that is found at once
   */
  public static Checkpoints openLazily(
      Path directory, CheckpointOptions options, Consumer<? super IOException> damaged)
      throws IOException, TrackingException {
    return LazySet.refusal(directory).isPresent()
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
      begun.start(checkpoints::thread, damaged);
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
    Chain chain = Chain.open(directory, options, files, lazily, thresholds.scatteredPages());
    Checkpoints checkpoints = new Checkpoints(options, chain, thresholds);
    boolean opened = false;
    try {
      if (checkpoints.verification == null) {
        checkpoints.track();
      } else {
        checkpoints.resource = announced(checkpoints);
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
  private static @Nullable Object announced(Checkpoints checkpoints) {
    try {
      return CracResource.register(checkpoints);
    } catch (NoClassDefFoundError e) {
      return null;
    }
  }

  /** Begins to track, by the technique that is wanted. */
  private void track() throws TrackingException {
    if (tracking) {
      return;
    }
    PageTracker opened = tracker;
    if (opened == null) {
      opened = PageTracker.track(SpaceOptions.named(options.name()));
      tracker = opened;
      resource = announced(this); // after the tracker is, so that this one is told first
    }
    segments.track(opened);
    choice.begin();
    tracking = true;
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
  public synchronized MemorySegment segment(String name, long bytes, Arena arena)
      throws IOException, TrackingException {
    awaitTurn();
    if (bytes < 1) {
      throw new IllegalArgumentException(
          "segment %s: asked for %d bytes, wanted 1 or more".formatted(name, bytes));
    }
    long rounded = Segments.rounded(bytes);
    Region saved = saved(name, rounded);
    MemorySegment memory =
        AnonymousMemory.map(rounded, saved == null ? 0 : saved.start(), options.hugePages(), arena);
    Segments.checkShared(name, memory);
    Region image = saved == null ? segments.place(name, memory, allRegions()) : saved;
    PageSet pages = image.pages();
    PageSet restored = PageSet.empty();
    boolean mapped = false;
    if (saved != null) {
      Newest newest = chain.newest().orElseThrow();
      Newest.Filled filled = newest.fill(memory, saved.start());
      mapped = filled.mapped();
      chain.copied(filled.copied());
      restored = newest.pages();
    }
    segments.add(image, memory, mapped);
    if (saved == null) {
      // Not asked about before the first checkpoint: to arm what nobody has touched yet makes the
      // first touches dearer, and of 4 KiB.
      next.changed(pages);
    } else {
      if (verification == null) {
        next.changed(segments.changed().minus(pages)); // nobody but us wrote to it
      } else {
        unwatched.add(pages);
      }
      next.zero(pages.minus(restored));
      waiting.remove(name);
    }
    return memory.asSlice(0, bytes);
  }

  /** What images have of that name; null if nothing. */
  private @Nullable Region saved(String name, long bytes) throws IOException {
    if (segments.contains(name)) {
      throw new IllegalArgumentException(
          "segment %s was asked for before, wanted a new name".formatted(name));
    }
    Region saved = waiting.get(name);
    if (saved != null && saved.bytes() != bytes) {
      throw new IOException(
          "segment %s: found %d bytes in %s, wanted %d"
              .formatted(name, saved.bytes(), chain.directory(), bytes));
    }
    return saved;
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
  public synchronized boolean add(String name, MemorySegment memory)
      throws IOException, TrackingException {
    awaitTurn();
    segments.check(name, memory);
    Region saved = saved(name, memory.byteSize());
    if (saved == null) {
      Region image = segments.place(name, memory, allRegions());
      segments.add(image, memory, memory.isMapped());
      next.changed(image.pages());
      return false;
    }
    Newest newest = chain.newest().orElseThrow();
    PageSet pages = saved.pages();
    PageSet restored = newest.pages().intersect(pages);
    newest.copy(memory, saved.start());
    Segments.clear(memory, saved.start(), pages.minus(restored));
    segments.add(saved, memory, memory.isMapped());
    if (verification == null) {
      next.changed(segments.changed().minus(pages)); // nobody but us wrote to it
      next.zero(pages.minus(restored));
    } else {
      next.changed(pages); // nobody watches yet
    }
    waiting.remove(name);
    return true;
  }

  /** Watches all segments from now on, and finds what was written to before. */
  private void watch() {
    unwatched.watch(
        pages ->
            next.changed(
                segments.inImages(
                    FirstWrites.before(
                        segments.inMemory(pages),
                        () -> next.changed(segments.changed().minus(pages))))));
  }

  private List<Region> allRegions() {
    List<Region> all = new ArrayList<>(segments.regions());
    all.addAll(waiting.values());
    return all;
  }

  /**
   * Leaves the segment called {@code name} out of checkpoints from now on, whether the program
   * asked for it or only an earlier checkpoint has it.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public synchronized void forget(String name) {
    awaitTurn();
    if (!segments.remove(name) && waiting.remove(name) == null) {
      throw new IllegalArgumentException("segment %s: found none of that name".formatted(name));
    }
  }

  /**
   * Takes a checkpoint. When this returns, everything is copied and writers may go on; the
   * checkpoint is durable, and what {@link #open} finds, when the future completes. A call while
   * the one before is still being written waits for that first, but not for a chain that is being
   * folded.
   *
   * @return completes exceptionally with an {@link IOException} if the checkpoint could not be
   *     written: what changed is in the next one then, and the one before is still there
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
    synchronized (this) {
      checkOpen();
    }
    try {
      return take(verification == null ? null : verification.await(), metadata);
    } catch (CancellationException e) {
      throw new IllegalStateException("the checkpoints were closed meanwhile", e);
    }
  }

  private synchronized CompletableFuture<Checkpoint> take(
      @Nullable ImageSet verified, Supplier<Map<String, String>> metadata)
      throws IOException, InterruptedException {
    awaitTurn();
    checkSegments();
    if (verified != null && unsettled) {
      chain.tidy(verified);
      next.restored(verified.written());
      unsettled = false;
    }
    trackOrSay();
    if (!unwatched.isEmpty()) {
      watch();
    }
    Taking taking =
        new Taking(options, segments, next, chain, choice, metadata, thresholds.aheadBytes());
    taking.copy();
    CompletableFuture<Checkpoint> future =
        CompletableFuture.supplyAsync(() -> finish(taking), writer);
    pending = future.thenRunAsync(this::rework, writer);
    return future;
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
  public synchronized void takeEvery(Duration period, Supplier<Map<String, String>> metadata) {
    checkOpen();
    if (options.standstill().isEmpty()) {
      throw new IllegalStateException(
          "checkpoints by the clock: found no standstill, wanted one that stops the writers");
    }
    if (schedule != null) {
      throw new IllegalStateException("checkpoints are taken by the clock already");
    }
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(this::thread);
    clock.scheduleWithFixedDelay(
        () -> takeNow(metadata), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    schedule = clock;
  }

  private void takeNow(Supplier<Map<String, String>> metadata) {
    CompletableFuture<Checkpoint> taken;
    try {
      taken = take(metadata);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (IOException | RuntimeException e) {
      options.listener().failed(e);
      return;
    }
    try {
      Checkpoint _ = taken.join();
    } catch (CompletionException e) {
      // the writing thread told the listener
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the checkpoints are closed, wanted open ones");
    }
  }

  private void checkSegments() {
    if (!waiting.isEmpty()) {
      throw new IllegalStateException(
          "the newest checkpoint has segments that nobody asked for or forgot: "
              + String.join(", ", waiting.keySet().stream().sorted().toList()));
    }
    if (segments.regions().isEmpty()) {
      throw new IllegalStateException("found no segment, wanted one or more to take");
    }
  }

  /** The set that is being written is written, or failed and says so to whoever has its future. */
  private void awaitPending() {
    try {
      pending.join();
    } catch (CompletionException e) {
      // what it was to hold is owed to the next one
    }
  }

  /** Waits for what is being written, and while this JVM is being checkpointed. */
  private void awaitTurn() {
    boolean interrupted = false;
    while (suspended && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    awaitPending();
    checkOpen();
  }

  private Checkpoint finish(Taking taking) {
    try {
      Checkpoint checkpoint = taking.finish();
      options.listener().taken(checkpoint);
      return checkpoint;
    } catch (IOException e) {
      options.listener().failed(e);
      reworkOrTell(chain::makeRoom);
      throw new CompletionException(e);
    } catch (RuntimeException e) {
      options.listener().failed(e);
      throw e;
    }
  }

  private void rework() {
    reworkOrTell(() -> chain.flatten(() -> !closing && !suspended));
    chain.beginFolding().ifPresent(this::fold);
  }

  private void fold(Folding begun) {
    if (chain.foldsBeside()) {
      folding =
          CompletableFuture.runAsync(
              () -> {
                begun.copy();
                settleSoon();
              },
              action -> thread(Folding.THREAD + options.name(), action).start());
    } else {
      begun.copy();
      settle();
    }
  }

  /** When what is being written is written, and before the next one is begun. */
  private synchronized void settleSoon() {
    awaitPending();
    pending = CompletableFuture.runAsync(this::settle, writer);
  }

  private void settle() {
    reworkOrTell(() -> chain.settle(next));
  }

  private interface Rework {
    void run() throws IOException;
  }

  private void reworkOrTell(Rework rework) {
    try {
      rework.run();
    } catch (IOException | RuntimeException e) {
      options.listener().failed(e);
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
    ScheduledExecutorService clock;
    closing = true;
    if (verification != null) {
      verification.abandon();
    }
    synchronized (this) {
      clock = schedule;
      schedule = null;
    }
    if (clock != null) {
      clock.shutdown();
      awaitEnd(clock);
    }
    if (verification != null) {
      verification.awaitEnd(); // before others may write to the directory
    }
    synchronized (this) {
      awaitPending();
      closed = true;
      notifyAll();
    }
    awaitFolding();
    synchronized (this) {
      awaitPending();
      if (!ended) {
        ended = true;
        writer.shutdown();
        if (tracker != null) {
          tracker.close();
        }
        chain.close();
      }
    }
  }

  /**
   * Ends what is at work and lets go of the directory, and of each file in it. Whoever wants
   * anything of this waits for {@link #resume}.
   */
  void suspend() throws IOException {
    if (verification != null) {
      verification.awaitEnd();
    }
    synchronized (this) {
      if (closed || suspended) {
        return;
      }
      suspended = true;
      awaitPending();
    }
    awaitFolding();
    synchronized (this) {
      awaitPending();
      chain.suspend();
    }
  }

  /**
   * Goes on with the chain of before.
   *
   * @throws IOException if another one writes to the directory, or did meanwhile; this is closed
   *     then
   */
  void resume() throws IOException {
    boolean resumed = true;
    try {
      synchronized (this) {
        if (!suspended) {
          return;
        }
        resumed = false;
        try {
          if (!closed) {
            chain.resume(known());
            unwatched.watch(next::changed); // what the kernel knew of them is gone perhaps
          }
          resumed = true;
        } finally {
          closed |= !resumed;
          suspended = false;
          notifyAll();
        }
      }
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

  private void awaitFolding() {
    folding.handle((done, failure) -> true).join();
  }

  private static void awaitEnd(ExecutorService clock) {
    boolean interrupted = false;
    while (true) {
      try {
        if (clock.awaitTermination(1, TimeUnit.DAYS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
        clock.shutdownNow();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
