package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.TranslationCache;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.MemoryNotifier;
import dev.ooh.machine.paging.GuestPte;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A process: page tables, their cached translations, and mappings. */
public final class UserProcess implements GuestProcess {
  private final Processes processes;
  private final ReverseMap reverseMap;
  private final int pid;
  private final String name;
  private final int user;
  private final PageTables tables;
  private final TranslationCache translations = new TranslationCache();
  private final TreeMap<Long, Vma> vmas = new TreeMap<>();

  /** The mapping that was looked for last: most faults of a program are in one. */
  private @Nullable Vma lastVma;

  final List<MemoryNotifier> memoryNotifiers = new ArrayList<>();
  final UserfaultRanges userfaults = new UserfaultRanges();

  /** Which processors may have cached translations of it, a bit each. On the machine's CPU only. */
  long cachedBy;

  /** How often its soft-dirty bits were cleared, for whomever. */
  final AtomicLong softDirtyClears = new AtomicLong();

  private volatile boolean alive = true;

  UserProcess(
      Processes processes,
      ReverseMap reverseMap,
      int pid,
      String name,
      int user,
      PageTables tables) {
    this.processes = processes;
    this.reverseMap = reverseMap;
    this.pid = pid;
    this.name = name;
    this.user = user;
    this.tables = tables;
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public String name() {
    return name;
  }

  /** Whose process it is: a user's number, {@link Processes#ROOT} or another. Any thread. */
  int user() {
    return user;
  }

  @Override
  public boolean isAlive() {
    return alive;
  }

  /** Whether it is a live process of that kernel. */
  boolean isLiveIn(Processes kernels) {
    return alive && processes == kernels;
  }

  void markDead() {
    alive = false;
  }

  @Override
  public boolean isCurrent() {
    return processes.current() == this;
  }

  @Override
  public int processors() {
    return processes.processorsOf(this);
  }

  PageTables tables() {
    return tables;
  }

  /** What processors have cached; hidden while no thread runs in this process. */
  public TranslationCache translations() {
    return translations;
  }

  /** Calls each notifier of its memory; one may take itself away meanwhile. */
  void tellModules(Consumer<MemoryNotifier> call) {
    if (!memoryNotifiers.isEmpty()) {
      List.copyOf(memoryNotifiers).forEach(call);
    }
  }

  /** All mappings, ascending. Not a copy. */
  Collection<Vma> vmas() {
    return Collections.unmodifiableCollection(vmas.values());
  }

  void addVma(Vma vma) {
    vmas.put(vma.start, vma);
    lastVma = null;
  }

  void removeVma(Vma vma) {
    vmas.remove(vma.start);
    lastVma = null;
  }

  /** The mapping that holds {@code gva}. */
  @Nullable Vma vma(long gva) {
    Vma last = lastVma;
    if (last != null && gva >= last.start && gva < last.end) {
      return last;
    }
    Map.Entry<Long, Vma> entry = vmas.floorEntry(gva);
    if (entry == null || gva >= entry.getValue().end) {
      return null;
    }
    lastVma = entry.getValue();
    return lastVma;
  }

  /** The mappings that overlap {@code [start, end)}, ascending. */
  List<Vma> vmasIn(long start, long end) {
    Long first = vmas.floorKey(start);
    return vmas.subMap(first == null ? start : first, end).values().stream()
        .filter(vma -> vma.end > start)
        .toList();
  }

  /** The size of all mappings, in bytes. On the machine's CPU only. */
  public long mappedBytes() {
    return vmas.values().stream().mapToLong(vma -> vma.end - vma.start).sum();
  }

  @Override
  public long translate(long gva) {
    long entry = tables.get(gva);
    return GuestPte.isPresent(entry) ? GuestPte.frame(entry) | (gva & 0xFFF) : -1;
  }

  @Override
  public int resolve(long gpa, LongConsumer gvas) {
    int[] found = {0};
    reverseMap.forEach(
        gpa,
        (mapper, gva) -> {
          if (mapper == pid) {
            found[0]++;
            gvas.accept(gva);
          }
        });
    return found[0];
  }

  @Override
  public void forEachMapped(long start, long end, PageVisitor pages) {
    tables.forEach(
        start,
        end,
        (gva, entry) -> {
          if (GuestPte.isPresent(entry)) {
            pages.page(gva, GuestPte.frame(entry));
          }
        });
  }

  @Override
  public void forEachLeaf(long start, long end, LeafVisitor leaves) {
    tables.forEachLeaf(
        start,
        end,
        (gva, entry) -> {
          if (GuestPte.isPresent(entry)) {
            leaves.leaf(gva, GuestPte.frame(entry), GuestPte.bytes(entry));
          }
        });
  }

  @Override
  public boolean hasLargePages() {
    return tables.hasLarge();
  }

  @Override
  public boolean hasAliases() {
    if (!reverseMap.hasShared()) {
      return false;
    }
    boolean[] found = {false};
    reverseMap.forEachShared(gpa -> found[0] |= !found[0] && resolve(gpa, gva -> {}) > 1);
    return found[0];
  }

  @Override
  public void forEachSharedElsewhere(long start, long end, LongConsumer gvas) {
    if (!reverseMap.hasShared()) {
      return;
    }
    for (Vma vma : vmasIn(start, end)) {
      // A private page that others map too is write-protected everywhere until it is copied.
      if (!vma.isPrivate()) {
        forEachMapped(
            Math.max(start, vma.start),
            Math.min(end, vma.end),
            (gva, gpa) -> {
              int mine = resolve(gpa, g -> {});
              if (reverseMap.count(gpa) > mine) {
                gvas.accept(gva);
              }
            });
      }
    }
  }

  @Override
  public String toString() {
    return "process %d (%s)".formatted(pid, name);
  }
}
