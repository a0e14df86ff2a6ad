package dev.ooh.gc.plan;

import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.Kinds;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.ObjectHeader;
import dev.ooh.gc.policy.ObjectModel;
import dev.ooh.gc.policy.SlotVisitor;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Marks what is reachable, with an explicit stack. Reads tracked memory, writes only mark bits. For
 * one thread, in a pause or beside the program; in the latter case it passes over what is not old.
 * In a long pause a {@link MarkingCrew} helps.
 */
final class Marker implements SlotVisitor {
  /** Objects between two polls. */
  private static final int BATCH = 1024;

  /**
   * At first there are fewer, and for so many batches: a method that is called often is compiled
   * sooner than one that loops.
   */
  private static final int FIRST_BATCH = 32;

  private static final int FIRST_BATCHES = 4096;

  /** Work units, of some ten nanoseconds, of an object: reading its slots misses the cache. */
  private static final int OBJECT_WORK = 2;

  private static final int SLOTS_A_WORK_UNIT = 4;
  private static final int FIRST_STACK = 1 << 15;

  /** Conservative objects that are searched between two batches. */
  private static final int SEARCHED = 64;

  /** Objects before others are asked to help: starting them takes as long as some thousand. */
  private static final int ALONE = 16_384;

  private final Tracing tracing;
  private final Memory memory;
  private final ExecutionContext execution;
  private final Blocks blocks;
  private final int[] referencesByKind;
  private final @Nullable MarkingCrew crew;
  private long[] stack = new long[FIRST_STACK];
  private int top;

  /** Conservative objects that are marked and still to be searched. */
  private long[] unsearched = new long[SEARCHED];

  private int unsearchedTop;
  private MarkBits marks = new MarkBits();
  private @Nullable MarkBits only;
  private long[] words = new long[0];

  /** The bits of {@link #only}. */
  private long @Nullable [] oldWords;

  private long base;
  private long span;
  private long objects;
  private long slots;
  private long markedBytes;
  private long work;
  private int batches;

  /**
   * @param helpers null for one that helps others, or marks alone
   */
  Marker(Tracing tracing, @Nullable MarkingCrew helpers) {
    this.tracing = tracing;
    memory = tracing.memory();
    execution = tracing.execution();
    blocks = tracing.blocks();
    referencesByKind = tracing.referencesByKind();
    crew = helpers;
  }

  /**
   * Begins a trace.
   *
   * @param newMarks whose bits are set
   * @param onlyOld null, or the marks of what may be marked
   */
  void begin(MarkBits newMarks, @Nullable MarkBits onlyOld) {
    marks = newMarks;
    only = onlyOld;
    top = 0;
    unsearchedTop = 0;
    objects = 0;
    slots = 0;
    markedBytes = 0;
    work = 0;
    refresh();
  }

  /** From now on everything reachable is marked: in a pause. */
  void beginFinal() {
    only = null;
    refresh();
  }

  /** Looks anew at what a pause may have replaced. */
  void refresh() {
    words = marks.words();
    oldWords = only == null ? null : only.words();
    base = blocks.base();
    long[] covered = oldWords;
    long most = Math.min(words.length, covered == null ? words.length : covered.length);
    span = Math.min(blocks.usedSpan(), most << MarkBits.LOG_BYTES_PER_WORD);
  }

  /** Objects whose slots were all read since {@link #begin}. */
  long objects() {
    return objects;
  }

  /** Slots read since {@link #begin}. */
  long slots() {
    return slots;
  }

  /** Bytes in the cells and blocks of objects that were marked since {@link #begin}. */
  long markedBytes() {
    return markedBytes;
  }

  /** Marks {@code object}, a reference that is not 0, and pushes it if it was not marked. */
  void visit(long object) {
    visit(object, false);
  }

  /** Marks the object that {@code word} refers to, if it does. */
  void visitWord(long word) {
    visitWord(word, false);
  }

  private void visitWord(long word, boolean shared) {
    // Beside the program: one that is not in use is not old.
    long object =
        only == null ? tracing.pointers().object(word) : tracing.objects().enclosing(word);
    if (object != 0) {
      visit(object, shared);
    }
  }

  private void visit(long object, boolean shared) {
    long offset = object - base;
    if (offset < 0 || offset >= span || (offset & (ObjectHeader.GRANULE - 1)) != 0) {
      checkYoung(object);
      return;
    }
    int word = (int) (offset >>> MarkBits.LOG_BYTES_PER_WORD);
    long bit = 1L << (offset >>> ObjectHeader.LOG_GRANULE);
    long before = words[word];
    long[] old = oldWords;
    if ((before & bit) == 0 && (old == null || (old[word] & bit) != 0)) {
      if (!shared) {
        words[word] = before | bit;
      } else if (!MarkBits.setFirst(words, word, bit)) {
        return;
      }
      reserve(1);
      stack[top++] = object;
    }
  }

  @Override
  public void slots(long from, long to) {
    work += OBJECT_WORK;
    for (long slot = from; slot < to; slot += Long.BYTES) {
      slots++;
      long target = memory.getLong(slot);
      if (target != 0) {
        visit(target);
      }
    }
  }

  @Override
  public void words(long from, long to) {
    words(from, to, false);
  }

  private void words(long from, long to, boolean shared) {
    long read = Math.max(0, to - from) / Long.BYTES;
    for (long at = from; at <= to - Long.BYTES; at += Long.BYTES) {
      visitWord(memory.getLong(at), shared);
    }
    slots += read;
    work += OBJECT_WORK + read / SLOTS_A_WORK_UNIT;
  }

  private boolean hasMore() {
    return top > 0 || unsearchedTop > 0;
  }

  /** Searches some conservative objects, apart from the batch that marked them. */
  private void search(boolean shared) {
    for (int left = SEARCHED; unsearchedTop > 0 && left > 0; left--) {
      long object = unsearched[--unsearchedTop];
      words(object, object + tracing.objects().dataBytes(object), shared);
    }
  }

  /**
   * Traces until nothing is left to do.
   *
   * @param poll run after each batch; others may change what is {@linkplain #refresh marked into}
   */
  void drain(Runnable poll) {
    long before = objects;
    while (hasMore()) {
      drainBatch(false);
      search(false);
      if (objects - before >= ALONE && crew != null && only == null && top > 0) {
        crew.drain(this);
      }
      execution.work(work);
      work = 0;
      poll.run();
      refresh();
    }
  }

  /** Beside the program: traces a batch. Returns false when nothing was left to do. */
  boolean drainBatch() {
    if (!hasMore()) {
      return false;
    }
    drainBatch(false);
    search(false);
    execution.work(work);
    work = 0;
    return true;
  }

  /** Begins to help {@code leader} in its pause. */
  void help(Marker leader) {
    begin(leader.marks, null);
  }

  /** Traces, beside others that do, until none of them has anything left to do. */
  void drainShared(MarkExchange exchange) {
    boolean done = false;
    try {
      long[] taken = new long[0];
      while (taken != null) {
        reserve(taken.length);
        System.arraycopy(taken, 0, stack, top, taken.length);
        top += taken.length;
        while (hasMore() && !exchange.isOver()) {
          drainBatch(true);
          search(true);
          // However few: a tree's whole half may hang on the oldest.
          if (exchange.isWanted() && top > 1) {
            exchange.give(takeOlderHalf());
          }
        }
        taken = exchange.take();
      }
      done = true;
    } finally {
      if (!done) {
        exchange.end();
      }
    }
  }

  private long[] takeOlderHalf() {
    int half = top / 2;
    long[] older = Arrays.copyOf(stack, half);
    System.arraycopy(stack, half, stack, 0, top - half);
    top -= half;
    return older;
  }

  void addFigures(Marker helper) {
    objects += helper.objects;
    slots += helper.slots;
    markedBytes += helper.markedBytes;
    work += helper.work;
  }

  /**
   * {@link #visit} is repeated here on local variables: fields would be stored for each object.
   *
   * @param shared whether others set bits of the same marks meanwhile
   */
  private void drainBatch(boolean shared) {
    Memory bytes = memory;
    long[] entries = stack;
    long[] bits = words;
    long[] old = oldWords;
    byte[] kinds = blocks.kinds();
    int[] slotsByKind = referencesByKind;
    int[] cellBytesByKind = Kinds.cellBytesByKind();
    long start = base;
    long length = span;
    int entry = top;
    int batch = batches < FIRST_BATCHES ? FIRST_BATCH : BATCH;
    int left = batch;
    long read = 0;
    long cells = 0;
    for (; entry > 0 && left > 0; left--) {
      long object = entries[--entry];
      int kind = kinds[(int) ((object - start) >>> Blocks.LOG_BLOCK_BYTES)] & 0xFF;
      int references = slotsByKind[kind];
      if (references < 0) {
        references = headed(object, kind);
      }
      if (entry + references > entries.length) {
        top = entry;
        reserve(references);
        entries = stack;
      }
      read += references;
      cells += cellBytesByKind[kind];
      long end = ObjectModel.slot(object, references);
      for (long slot = object; slot < end; slot += Long.BYTES) {
        long target = bytes.getLong(slot);
        if (target == 0) {
          continue;
        }
        long offset = target - start;
        if (offset < 0 || offset >= length || (offset & (ObjectHeader.GRANULE - 1)) != 0) {
          checkYoung(target);
          continue;
        }
        int word = (int) (offset >>> MarkBits.LOG_BYTES_PER_WORD);
        long bit = 1L << (offset >>> ObjectHeader.LOG_GRANULE);
        long before = bits[word];
        if ((before & bit) == 0 && (old == null || (old[word] & bit) != 0)) {
          if (!shared) {
            bits[word] = before | bit;
          } else if (!MarkBits.setFirst(bits, word, bit)) {
            continue;
          }
          entries[entry++] = target;
        }
      }
    }
    top = entry;
    batches++;
    objects += batch - left;
    slots += read;
    markedBytes += cells;
    work += (long) (batch - left) * OBJECT_WORK + read / SLOTS_A_WORK_UNIT;
  }

  private int headed(long object, int kind) {
    if (tracing.checked() && !tracing.objects().isObject(object)) {
      throw tracing.wrong(object, marks);
    }
    int references = Kinds.references(kind);
    if (references >= 0) {
      return references;
    }
    long header = references == Kinds.NO_OBJECT ? 0 : memory.getLong(object - ObjectHeader.BYTES);
    if (!ObjectHeader.isHeader(header)) {
      throw tracing.wrong(object, marks);
    }
    if (Kinds.isLarge(kind)) {
      markedBytes += (long) blocks.link(blocks.of(object)) << Blocks.LOG_BLOCK_BYTES;
    }
    if (Kinds.isConservative(kind)) {
      searchLater(object);
    }
    return ObjectHeader.references(header);
  }

  private void searchLater(long object) {
    if (unsearchedTop == unsearched.length) {
      unsearched = Arrays.copyOf(unsearched, 2 * unsearchedTop);
    }
    unsearched[unsearchedTop++] = object;
  }

  private void reserve(int more) {
    if (top + more > stack.length) {
      stack = Arrays.copyOf(stack, Math.max(top + more, 2 * stack.length));
    }
  }

  /** Beside the program a reference may be to an object in a part that is newer than the marks. */
  private void checkYoung(long reference) {
    long offset = reference - base;
    boolean aligned = (offset & (ObjectHeader.GRANULE - 1)) == 0;
    if (oldWords == null || offset < 0 || offset >= blocks.usedSpan() || !aligned) {
      throw tracing.wrong(reference, marks);
    }
  }
}
