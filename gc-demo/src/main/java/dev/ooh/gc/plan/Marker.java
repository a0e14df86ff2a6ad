package dev.ooh.gc.plan;

import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.Kinds;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.ObjectHeader;
import dev.ooh.gc.policy.ObjectModel;
import dev.ooh.gc.policy.SlotVisitor;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Marks what is reachable, with an explicit stack. Reads tracked memory, writes only mark bits. For
 * one thread, in a pause or beside the program; in the latter case it passes over what is not old.
 * In a long pause a {@link MarkingCrew} helps. Others may set bits of the same marks once it was
 * told so ({@link #share}).
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

  /** What reading a header counts as at least, in bytes: a cache line. */
  private static final int LINE = 64;

  /** Slots read of a headed object that count as an object more in a batch. */
  private static final int LOG_SLOTS_AN_OBJECT = 4;

  /** Beside the program an object with more slots is read in parts. */
  private static final int MOST_SLOTS = 4096;

  /**
   * In a pause it is one with more than this: each slot of it may add a reference to the stack.
   * Where more wait there, they are traced before another part is read.
   */
  private static final int MOST_WAITING = 1 << 18;

  /** Objects that are searched between two batches, and bytes of them, at most. */
  private static final int SEARCHED = 64;

  private static final long BYTES_SEARCHED = 64 << 10;

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

  /** Objects that are marked and still to be searched: conservative ones, and long arrays. */
  private long[] unsearched = new long[SEARCHED];

  private int unsearchedTop;

  /** The object that is being searched, from here to there; equal when there is none. */
  private long searchFrom;

  private long searchEnd;
  private boolean searchSlots;

  /** Searches that others have begun. */
  private final ArrayDeque<Search> begun = new ArrayDeque<>();

  /** Whether others set bits of the same marks. */
  private boolean shared;

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
  private long readBytes;
  private long wordsOfRanges;
  private long work;
  private int batches;

  /** What is left of an object to search. */
  private record Search(long from, long end, boolean slots) {}

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
    searchFrom = 0;
    searchEnd = 0;
    begun.clear();
    shared = false;
    wordsOfRanges = 0;
    forgetFigures();
    refresh();
  }

  /** From now on everything reachable is marked, by this one alone: in a pause. */
  void beginFinal() {
    only = null;
    shared = false;
    refresh();
  }

  /** From now on others may set bits of the same marks. */
  void share() {
    shared = true;
  }

  boolean isShared() {
    return shared;
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

  /**
   * A measure of the work since {@link #begin}: bytes in the cells of objects whose slots were all
   * read, and of large and conservative ones those that were read.
   */
  long readBytes() {
    return readBytes;
  }

  /** Marks the object that {@code word} of a range refers to, if it does. */
  void visitWord(long word) {
    if (++wordsOfRanges % SLOTS_A_WORK_UNIT == 0) {
      work++;
    }
    visitIfObject(word);
  }

  private void visitIfObject(long word) {
    // Beside the program what is not in use is not old.
    long object =
        only == null ? tracing.pointers().object(word) : oldObject(tracing.objects(), word);
    if (object != 0) {
      visit(object);
    }
  }

  /** The old object of whose bytes {@code word} is the address of one; 0 for none. */
  private long oldObject(ObjectModel model, long word) {
    long object = model.cell(word);
    return object != 0 && isOld(object) && model.encloses(object, word) ? object : 0;
  }

  private boolean isOld(long object) {
    long offset = object - base;
    long[] old = oldWords;
    return offset < span
        && old != null
        && (old[(int) (offset >>> MarkBits.LOG_BYTES_PER_WORD)]
                & 1L << (offset >>> ObjectHeader.LOG_GRANULE))
            != 0;
  }

  /** Marks {@code object}, a reference that is not 0, and pushes it if it was not marked. */
  void visit(long object) {
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
    long read = Math.max(0, to - from) / Long.BYTES;
    for (long at = from; at <= to - Long.BYTES; at += Long.BYTES) {
      visitIfObject(memory.getLong(at));
    }
    slots += read;
    work += OBJECT_WORK + read / SLOTS_A_WORK_UNIT;
  }

  /** Whether anything is left to do. */
  boolean hasMore() {
    return top > 0 || unsearchedTop > 0 || searchFrom < searchEnd || !begun.isEmpty();
  }

  /** Searches some objects, apart from the batch that marked them, or a part of one. */
  private void search() {
    int objectsLeft = SEARCHED;
    long bytesLeft = BYTES_SEARCHED;
    while (bytesLeft >= Long.BYTES) {
      if (searchFrom >= searchEnd) {
        if (unsearchedTop + begun.size() == 0 || objectsLeft-- == 0) {
          return;
        }
        beginSearch();
      }
      long to = Math.min(searchEnd, searchFrom + (bytesLeft & -Long.BYTES));
      if (searchSlots) {
        slots(searchFrom, to);
        work += (to - searchFrom) / Long.BYTES / SLOTS_A_WORK_UNIT;
      } else {
        words(searchFrom, to);
      }
      readBytes += to - searchFrom;
      bytesLeft -= to - searchFrom;
      searchFrom = to;
    }
  }

  private void beginSearch() {
    if (!begun.isEmpty()) {
      Search next = begun.removeLast();
      searchFrom = next.from;
      searchEnd = next.end;
      searchSlots = next.slots;
      return;
    }
    long object = unsearched[--unsearchedTop];
    ObjectModel model = tracing.objects();
    searchSlots = !Kinds.isConservative(blocks.kind(blocks.of(object)));
    searchFrom = object;
    searchEnd = searchSlots ? model.data(object) : object + model.dataBytes(object);
  }

  /**
   * Traces until nothing is left to do.
   *
   * @param poll run after each batch; others may change what is {@linkplain #refresh marked into}
   */
  void drain(Runnable poll) {
    long before = objects;
    while (hasMore()) {
      work();
      if (objects - before >= ALONE && crew != null && only == null && top > 0) {
        crew.drain(this);
      }
      price();
      poll.run();
      refresh();
    }
    price();
  }

  /** Beside the program, or in a pause: what was done until now takes its time. */
  void price() {
    if (work > 0) {
      execution.work(work);
      work = 0;
    }
  }

  /** Beside the program: traces a batch. Returns false when nothing was left to do. */
  boolean drainBatch() {
    if (!hasMore()) {
      return false;
    }
    work();
    price();
    return true;
  }

  private void work() {
    drainBatchOfStack();
    if (top <= MOST_WAITING) {
      search();
    }
  }

  /** Begins to help {@code leader} with what it traces. */
  void help(Marker leader) {
    begin(leader.marks, leader.only);
  }

  /**
   * Traces, beside others that do, until none of them has anything left to do; or until one has
   * read so many bytes or finds that it is {@code enough}, and each keeps what it has left.
   */
  void drainShared(MarkExchange exchange, long bytes, BooleanSupplier enough) {
    boolean sharedBefore = shared;
    shared = true;
    long before = readBytes;
    boolean done = false;
    try {
      long[] taken = new long[0];
      while (taken != null) {
        push(taken);
        while (hasMore() && !exchange.isOver()) {
          work();
          if (readBytes - before >= bytes || enough.getAsBoolean()) {
            exchange.stop();
          } else if (exchange.isWanted() && canGive()) {
            exchange.give(takeOlderHalf());
          }
        }
        taken = exchange.take();
      }
      done = true;
    } finally {
      shared = sharedBefore;
      if (!done) {
        exchange.end();
      }
    }
  }

  /** References to objects that are marked and still to be read. */
  void push(long[] references) {
    reserve(references.length);
    System.arraycopy(references, 0, stack, top, references.length);
    top += references.length;
  }

  /** Takes over what {@code other} has left, which stands still. */
  void takeOver(Marker other) {
    push(Arrays.copyOf(other.stack, other.top));
    other.top = 0;
    while (other.unsearchedTop > 0) {
      searchLater(other.unsearched[--other.unsearchedTop]);
    }
    if (other.searchFrom < other.searchEnd) {
      begun.add(new Search(other.searchFrom, other.searchEnd, other.searchSlots));
      other.searchFrom = other.searchEnd;
    }
    begun.addAll(other.begun);
    other.begun.clear();
  }

  /** However few: a tree's whole half may hang on the oldest. */
  boolean canGive() {
    return top > 1;
  }

  /** Half of what is to be read, if {@link #canGive}; what leads to more than the other half. */
  long[] takeOlderHalf() {
    int half = top / 2;
    long[] older = Arrays.copyOf(stack, half);
    System.arraycopy(stack, half, stack, 0, top - half);
    top -= half;
    return older;
  }

  /** What {@code helper} has done counts as done by this one. */
  void addFigures(Marker helper) {
    objects += helper.objects;
    slots += helper.slots;
    markedBytes += helper.markedBytes;
    readBytes += helper.readBytes;
    work += helper.work;
    helper.forgetFigures();
  }

  private void forgetFigures() {
    objects = 0;
    slots = 0;
    markedBytes = 0;
    readBytes = 0;
    work = 0;
  }

  /** {@link #visit} is repeated here on local variables: fields would be stored for each object. */
  private void drainBatchOfStack() {
    Memory bytes = memory;
    boolean others = shared;
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
    int counted = 0;
    long read = 0;
    long cells = 0;
    for (; entry > 0 && left > 0; left--) {
      long object = entries[--entry];
      int kind = kinds[(int) ((object - start) >>> Blocks.LOG_BLOCK_BYTES)] & 0xFF;
      int references = slotsByKind[kind];
      if (references < 0) {
        references = headed(object, kind);
        // Others have few slots; a batch is to end in time.
        int more = references >>> LOG_SLOTS_AN_OBJECT;
        counted += more;
        left -= more;
      }
      if (entry + references > entries.length) {
        top = entry;
        reserve(references);
        entries = stack;
      }
      read += references;
      cells += cellBytesByKind[kind];
      long end = ObjectModel.slot(object, references);
      if (end - start > length) {
        // No object begins there, or its slots would end with its block.
        throw tracing.wrong(object, marks);
      }
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
          if (!others) {
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
    int popped = batch - left - counted;
    objects += popped;
    slots += read;
    markedBytes += cells;
    readBytes += cells;
    work += (long) popped * OBJECT_WORK + read / SLOTS_A_WORK_UNIT;
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
    if (!tracing.objects().fits(object, header)) {
      throw tracing.wrong(object, marks);
    }
    if (Kinds.isLarge(kind)) {
      markedBytes += (long) blocks.link(blocks.of(object)) << Blocks.LOG_BLOCK_BYTES;
      readBytes += LINE;
    }
    references = ObjectHeader.references(header);
    if (Kinds.isConservative(kind)) {
      // Counted when it is read, not with its cell.
      readBytes -= Kinds.cellBytes(kind);
      searchLater(object);
    } else if (references > (only == null ? MOST_WAITING : MOST_SLOTS)) {
      searchLater(object);
      return 0;
    } else if (Kinds.isLarge(kind)) {
      readBytes += (long) references * Long.BYTES;
    }
    return references;
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
