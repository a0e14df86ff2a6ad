package dev.ooh.epml.module;

import dev.ooh.machine.extension.GuestProcess;
import java.util.function.LongConsumer;

/** The current process of a {@link QuietKernel}; nothing of it is mapped. */
final class QuietProcess implements GuestProcess {
  @Override
  public int pid() {
    return 7;
  }

  @Override
  public String name() {
    return "quiet";
  }

  @Override
  public int processors() {
    return 1;
  }

  @Override
  public boolean isCurrent() {
    return true;
  }

  @Override
  public boolean isAlive() {
    return true;
  }

  @Override
  public long translate(long gva) {
    return -1;
  }

  @Override
  public int resolve(long gpa, LongConsumer gvas) {
    return 0;
  }

  @Override
  public void forEachMapped(long start, long end, PageVisitor pages) {}

  @Override
  public void forEachLeaf(long start, long end, LeafVisitor leaves) {}

  @Override
  public boolean hasLargePages() {
    return false;
  }

  @Override
  public boolean hasAliases() {
    return false;
  }

  @Override
  public void forEachSharedElsewhere(long start, long end, LongConsumer gvas) {}
}
