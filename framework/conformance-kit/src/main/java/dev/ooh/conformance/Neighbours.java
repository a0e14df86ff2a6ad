package dev.ooh.conformance;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.LiveMigration;
import dev.ooh.tracking.facility.LiveMigration.Migration;
import dev.ooh.tracking.facility.OutsideWrites;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who else is on the tracked process's machine, where a substrate offers them: processes that write
 * into its memory, its children, and the hypervisor that migrates it. {@link World} says what each
 * does.
 */
final class Neighbours implements AutoCloseable {
  private final AddressSpace space;
  private final Contents contents;
  private final BooleanSupplier outsideWritesAreSeen;
  private final List<AddressSpace> children = new ArrayList<>();
  private @Nullable Migration migration;

  Neighbours(AddressSpace space, Contents contents, BooleanSupplier outsideWritesAreSeen) {
    this.space = space;
    this.contents = contents;
    this.outsideWritesAreSeen = outsideWritesAreSeen;
  }

  boolean write(PageSet pages, int place) {
    Optional<OutsideWrites> outside =
        space.facility(OutsideWrites.class).filter(it -> outsideWritesAreSeen.getAsBoolean());
    outside.ifPresent(it -> pages.forEachPage(page -> write(it, page, place)));
    return outside.isPresent();
  }

  private void write(OutsideWrites outside, long page, int place) {
    byte[] stamp =
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(contents.nextStamp())
            .array();
    try {
      outside.write(Contents.place(page, place), stamp, 0, stamp.length);
    } catch (FacilityException e) {
      throw new LawViolation("an outside write to 0x%x failed: %s".formatted(page, e), e);
    }
  }

  boolean fork() {
    Optional<Fork> fork = space.facility(Fork.class);
    try {
      if (fork.isPresent()) {
        children.add(fork.get().fork("child-" + children.size()));
      }
      return fork.isPresent();
    } catch (FacilityException e) {
      throw new LawViolation("fork failed: " + e.getMessage(), e);
    }
  }

  boolean runChild(PageSet pages, int place) {
    if (children.isEmpty()) {
      return false;
    }
    AddressSpace child = children.getLast();
    PageSet.Builder common = PageSet.builder();
    child.regions().forEach(region -> common.add(region.start(), region.end()));
    PageSet own = common.build().intersect(pages);
    TrackedThread thread =
        child
            .execution()
            .spawn(
                "child",
                () -> {
                  own.forEachPage(page -> child.memory().putLong(page, contents.nextStamp()));
                  child.execution().poll();
                  if (!pages.isEmpty()) {
                    long first = pages.runStart(0);
                    write(PageSet.of(first, first + PageSet.PAGE_SIZE), place);
                  }
                });
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LawViolation("interrupted", e);
    }
    return true;
  }

  boolean closeChild() {
    if (!children.isEmpty()) {
      children.removeLast().close();
      return true;
    }
    return false;
  }

  boolean migrate() {
    Optional<LiveMigration> facility = space.facility(LiveMigration.class);
    try {
      if (migration == null && facility.isPresent()) {
        migration = facility.get().start();
      }
      if (migration != null) {
        migration.round();
      }
      return migration != null;
    } catch (FacilityException e) {
      throw new LawViolation("live migration failed: " + e.getMessage(), e);
    }
  }

  void endMigration() {
    if (migration != null) {
      Migration ending = migration;
      migration = null;
      try {
        ending.finish();
      } catch (FacilityException e) {
        throw new LawViolation("live migration missed a page: " + e.getMessage(), e);
      }
    }
  }

  @Override
  public void close() {
    children.forEach(AddressSpace::close);
    if (migration != null) {
      migration.close();
    }
  }
}
