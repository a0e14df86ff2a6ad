package dev.ooh.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Gathered.Unseen;
import dev.ooh.tracking.facility.SoftDirtyPagemap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The kernel drops or replaces the entry of a written page before the fetch, and its bit with it.
 */
class SoftDirtyModeTest {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final long START = 64L * PAGE;
  private static final PageSet ALL = PageSet.of(START, START + 8 * PAGE);

  private final Entries entries = new Entries();
  private final ProcfsSession session = new ProcfsSession(new SoftDirtyMode(entries));

  /** Page-table entries, as a kernel without a write-protect scan shows them. */
  private static final class Entries implements SoftDirtyPagemap {
    private final Set<Long> dirty = new HashSet<>();
    private final Set<Long> own = new HashSet<>();
    private final Set<Long> zero = new HashSet<>();
    private PageSet shared = PageSet.empty();
    private int clears;

    void store(int page) {
      own.add(address(page));
      zero.remove(address(page));
      dirty.add(address(page));
    }

    void drop(int page) {
      own.remove(address(page));
      zero.remove(address(page));
      dirty.remove(address(page));
    }

    /** What a read of an entry that was dropped brings back, or a split of a huge page. */
    void zero(int page) {
      drop(page);
      zero.add(address(page));
    }

    @Override
    public PageSet readSoftDirty(PageSet ranges) {
      return among(dirty, ranges);
    }

    @Override
    public void clearSoftDirty() {
      clears++;
      dirty.clear();
    }

    @Override
    public long clears() {
      return clears;
    }

    @Override
    public Contents readContents(PageSet ranges) {
      return new Contents(among(own, ranges), among(zero, ranges));
    }

    @Override
    public List<Unseen> refused(PageSet ranges) {
      PageSet pages = shared.intersect(ranges);
      return pages.isEmpty() ? List.of() : List.of(new Unseen(pages, "shared memory"));
    }

    private static PageSet among(Set<Long> pages, PageSet ranges) {
      PageSet.Builder found = PageSet.builder();
      pages.stream().sorted().filter(ranges::contains).forEach(found::addPage);
      return found.build();
    }
  }

  private static long address(int page) {
    return START + (long) page * PAGE;
  }

  private static PageSet page(int page) {
    return PageSet.of(address(page), address(page) + PAGE);
  }

  private Gathered fetch() throws Exception {
    return session.fetch(ALL, ALL);
  }

  private void arm() throws Exception {
    entries.store(1);
    entries.store(2);
    fetch();
    assertThat(fetch()).isEqualTo(Gathered.of(PageSet.empty()));
  }

  @Test
  void aWrittenPageIsReportedThoughItsEntryWasDropped() throws Exception {
    arm();
    entries.store(1);
    entries.drop(1);
    assertThat(fetch()).isEqualTo(Gathered.of(page(1)));
    assertThat(fetch()).isEqualTo(Gathered.of(PageSet.empty()));
    entries.store(1);
    assertThat(fetch()).isEqualTo(Gathered.of(page(1)));
  }

  @Test
  void aWrittenPageIsReportedThoughThePageOfZerosTookItsPlace() throws Exception {
    arm();
    entries.store(2);
    entries.zero(2);
    assertThat(fetch().pages()).isEqualTo(page(2));
  }

  @Test
  void aDroppedPageOutsideTheScanIsReportedBeforeEverythingIsCleared() throws Exception {
    arm();
    entries.store(2);
    entries.drop(2);
    entries.store(1);
    assertThat(session.fetch(page(1), page(1)).pages()).isEqualTo(page(1).union(page(2)));
  }

  @Test
  void aHoleHasNothingToLose() throws Exception {
    arm();
    entries.store(5);
    entries.drop(5);
    assertThat(fetch()).isEqualTo(Gathered.of(PageSet.empty()));
  }

  /** Whether it is the page of zeros, or shared with a child, nobody can tell. */
  @Test
  void aPageThatMayLoseContentsUnseenIsReportedWithTheReasonUntilItIsWritten() throws Exception {
    entries.zero(3);
    fetch();
    int clears = entries.clears;
    for (int round = 0; round < 3; round++) {
      Gathered gathered = fetch();
      assertThat(gathered.pages()).isEqualTo(PageSet.empty());
      assertThat(gathered.unseen()).extracting(Unseen::pages).containsExactly(page(3));
      assertThat(gathered.unseen().getFirst().reason()).contains("soft-dirty", "zeros");
    }
    assertThat(entries.clears).as("only to arm").isEqualTo(clears);
    entries.store(3);
    assertThat(fetch()).isEqualTo(Gathered.of(page(3)));
    assertThat(fetch()).isEqualTo(Gathered.of(PageSet.empty()));
  }

  @Test
  void whatCannotBeToldIsReportedWithTheReasonUntilItIsUnmapped() throws Exception {
    entries.shared = page(6);
    fetch();
    entries.store(1);
    assertThat(fetch())
        .isEqualTo(new Gathered(page(1), List.of(new Unseen(page(6), "shared memory")), List.of()));
    assertThat(session.remarks()).containsExactly("shared memory");
    session.unmapped(page(6));
    assertThat(session.remarks()).isEmpty();
    assertThat(session.fetch(ALL.minus(page(6)), ALL.minus(page(6))))
        .isEqualTo(Gathered.of(PageSet.empty()));
  }

  /** The bits are the process's, whichever address space or probe they are cleared for. */
  @Test
  void whatAnotherSessionClearsIsToldAsLost() throws Exception {
    PageSet other = page(7);
    PageSet own = ALL.minus(other);
    ProcfsSession another = new ProcfsSession(new SoftDirtyMode(entries));
    another.fetch(other, other);
    entries.store(7);
    session.fetch(own, own);

    Gathered lost = another.fetch(other, other);
    assertThat(lost.lost()).singleElement().asString().contains("cleared");
    assertThat(another.fetch(other, other)).as("told once").isEqualTo(Gathered.of(PageSet.empty()));

    assertThat(session.fetch(own, PageSet.empty()).lost()).as("so was this one's").hasSize(1);
    assertThat(session.fetch(own, PageSet.empty())).isEqualTo(Gathered.of(PageSet.empty()));
  }
}
