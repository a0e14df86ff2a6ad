package dev.ooh.gc.policy;

/**
 * Tells which object a word refers to that may be a reference and may be anything: by what the
 * word's block is used for, and by whether the cell is in use. That says an old object's mark, or
 * for cells handed out since the last cycle an allocation bit, which is set in the pause after from
 * what mutators wrote down: allocating costs next to nothing more. An object's header is read only
 * when its cell is in use; no memory is touched that the word may only seem to be an address of.
 * Under the heap's lock, in a pause.
 */
public final class ValidPointers {
  private final Blocks blocks;
  private final ObjectModel objects;
  private final MarkBits marks;
  private final Mutators mutators;

  /** Where objects begin that were allocated since the last cycle. */
  private final MarkBits allocated = new MarkBits();

  /**
   * @param marks in force
   * @param mutators which write down what holes they enter
   */
  public ValidPointers(Blocks blocks, ObjectModel objects, MarkBits marks, Mutators mutators) {
    this.blocks = blocks;
    this.objects = objects;
    this.marks = marks;
    this.mutators = mutators;
  }

  /** Mutators stand: finds out what they have allocated. */
  public void settle() {
    allocated.growTo(blocks.frontier());
    mutators.forEachHole((start, end) -> forEachObject(start, end, allocated::set));
    mutators.forEachRest((start, end) -> forEachObject(start, end, allocated::clear));
  }

  /** A cycle has decided about all of that. */
  public void forget() {
    mutators.forEachHole((start, end) -> forEachObject(start, end, allocated::clear));
    mutators.forgetHoles();
  }

  private interface Step {
    void at(long offset);
  }

  private void forEachObject(long start, long end, Step step) {
    int kind = blocks.kind(blocks.of(start));
    int cellBytes = Kinds.cellBytes(kind);
    long first = start - blocks.base() + Kinds.headerBytes(kind);
    for (long offset = first; offset < end - blocks.base(); offset += cellBytes) {
      step.at(offset);
    }
  }

  /** The object of whose bytes {@code word} is the address of one; 0 for none. */
  public long object(long word) {
    long object = objects.cell(word);
    return object != 0 && isInUse(object) && objects.encloses(object, word) ? object : 0;
  }

  private boolean isInUse(long object) {
    // All is swept ahead of a pause, so a large object that is there is in use.
    long offset = object - blocks.base();
    return Kinds.isLarge(blocks.kind(blocks.of(object)))
        || marks.get(offset)
        || allocated.get(offset);
  }
}
