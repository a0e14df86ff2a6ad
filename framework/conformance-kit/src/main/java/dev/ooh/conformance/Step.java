package dev.ooh.conformance;

/**
 * One step of a schedule. Numbers are taken modulo what there is, and a step that makes no sense
 * (unmapping what is not mapped) does nothing, so that a schedule stays one when steps are removed.
 */
sealed interface Step {
  /** What a fetch leaves armed of what it scans. */
  enum Arm {
    ALL,
    HALF,
    NONE
  }

  record Map(int slot, int pages, Backing backing) implements Step {}

  record Unmap(int slot) implements Step {}

  /** Unmaps and maps again at the same address. */
  record Remap(int slot) implements Step {}

  record Write(int slot, int first, int count, int place) implements Step {}

  record Discard(int slot, int first, int count) implements Step {}

  record AlwaysDirty(int slot, int first) implements Step {}

  record WriteFromOutside(int slot, int first, int count, int place) implements Step {}

  /** Scans everything. */
  record Fetch(int consumer, Arm arm) implements Step {}

  /** Scans a part. */
  record FetchPart(int consumer, int slot, int first, int count, Arm arm) implements Step {}

  record Commit(int consumer) implements Step {}

  record Abort(int consumer, int which) implements Step {}

  record CloseConsumer(int consumer) implements Step {}

  /** Switches to a technique; the last number is all-dirty. */
  record Use(int technique) implements Step {}

  record Depart(int technique) implements Step {}

  record Arrive(int technique) implements Step {}

  record Kill(Death death) implements Step {}

  record Forked() implements Step {}

  record RunChild(int slot, int first, int count, int place) implements Step {}

  record CloseChild() implements Step {}

  /** A round of a live migration, which starts if there is none. */
  record Migrate() implements Step {}

  record EndMigration() implements Step {}

  record StartWriter(long seed) implements Step {}

  record JoinWriters() implements Step {}

  record Poll(int times) implements Step {}
}
