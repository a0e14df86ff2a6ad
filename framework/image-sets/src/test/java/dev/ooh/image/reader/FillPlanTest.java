package dev.ooh.image.reader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.FileContents;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Memory holds what a plan was told, whatever is mapped and whatever is copied. */
class FillPlanTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 2000;
  private static final long SHIFT = 1L << 40;

  /** Memory of which each page is known by its file and the offset in it; null for zeros. */
  private static final class Model implements FileContents.Filling {
    private final String[] pages = new String[PAGES];
    private final int most;
    private int mappings;
    private int mapped;
    private int copied;

    Model(int most) {
      this.most = most;
    }

    @Override
    public int mostMappings() {
      return most;
    }

    @Override
    public void map(Path file, long offset, long address, long bytes) {
      assertThat(copied).as("mapped after a copy").isZero();
      mappings++;
      mapped += set(file, offset, address, bytes);
    }

    @Override
    public void copy(Path file, long offset, long address, long bytes) {
      copied += set(file, offset, address, bytes);
    }

    private int set(Path file, long offset, long address, long bytes) {
      int first = (int) ((address - SHIFT) / PAGE);
      int count = (int) (bytes / PAGE);
      for (int i = 0; i < count; i++) {
        pages[first + i] = file + " " + (offset / PAGE + i);
      }
      return count;
    }

    @Override
    public void zero(long address, long bytes) {
      int first = (int) ((address - SHIFT) / PAGE);
      Arrays.fill(pages, first, first + (int) (bytes / PAGE), null);
    }

    @Override
    public void close() {}
  }

  private static PagesFile pages(String name) {
    return PagesFile.plain(Path.of(name));
  }

  private static Model apply(FillPlan plan, int most) throws Exception {
    Model model = new Model(most);
    plan.apply(model, SHIFT);
    return model;
  }

  /**
   * Where each page is: the number of its file, or -1. Pages of a file lie one behind the other;
   * the first file has one as well for each page of others and each hole, which is not valid.
   */
  private static String[] expect(int[] where, List<PagesFile> files, FillPlan plan) {
    int[] used = new int[files.size()];
    String[] expected = new String[PAGES];
    for (int page = 0; page < PAGES; ) {
      int end = page + 1;
      while (end < PAGES && where[end] == where[page]) {
        end++;
      }
      if (where[page] >= 0) {
        PagesFile file = files.get(where[page]);
        int at = where[page] == 0 ? page : used[where[page]];
        used[where[page]] += end - page;
        plan.run(file, (long) at * PAGE, (long) page * PAGE, (long) end * PAGE);
        for (int i = page; i < end; i++) {
          expected[i] = file.path() + " " + (at + i - page);
        }
      }
      page = end;
    }
    return expected;
  }

  @Test
  void holdsWhateverItIsMadeOf() throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    List<PagesFile> files = List.of(pages("a"), pages("b"), pages("c"));
    for (int round = 0; round < 300; round++) {
      int[] where = new int[PAGES];
      int longest = random.nextInt(1, 100);
      for (int page = 0; page < PAGES; ) {
        int file = random.nextInt(-1, files.size());
        int end = Math.min(PAGES, page + random.nextInt(1, longest + 1));
        Arrays.fill(where, page, end, file);
        page = end;
      }
      FillPlan plan = new FillPlan();
      String[] expected = expect(where, files, plan);
      int most = random.nextInt(4) == 0 ? random.nextInt(4) : 1000;
      Model model = apply(plan, most);
      assertThat(model.pages).as("seed %d round %d", seed, round).isEqualTo(expected);
      assertThat(model.mappings)
          .as("seed %d round %d", seed, round)
          .isLessThanOrEqualTo(Math.min(most, PAGES / 16));
    }
  }

  /** A base of which single pages are in later sets, as the base's file goes on beneath them. */
  @Test
  void oneMappingGoesOnBelowSinglePagesOfOthers() throws Exception {
    PagesFile base = pages("base");
    PagesFile later = pages("later");
    FillPlan plan = new FillPlan();
    long at = 0;
    for (int i = 0; i < 19; i++) {
      plan.run(base, at, at, at + 99 * PAGE);
      plan.run(later, (long) i * PAGE, at + 99 * PAGE, at + 100 * PAGE);
      at += 100 * PAGE;
    }
    plan.run(base, at, at, at + 10 * PAGE);
    Model model = apply(plan, 1000);
    assertThat(model.mappings).isEqualTo(1);
    assertThat(model.copied).isEqualTo(19);
    assertThat(model.pages[99]).isEqualTo("later 0");
    assertThat(model.pages[100]).isEqualTo("base 100");
  }

  @Test
  void everyOtherPageOfTwoFilesTakesOneMapping() throws Exception {
    FillPlan plan = new FillPlan();
    PagesFile a = pages("a");
    PagesFile b = pages("b");
    for (int page = 0; page < PAGES; page++) {
      long at = (long) page * PAGE;
      plan.run(page % 2 == 0 ? a : b, at, at, at + PAGE);
    }
    Model model = apply(plan, 1000);
    assertThat(model.mappings).isEqualTo(1);
    assertThat(model.copied).isEqualTo(PAGES / 2);
    assertThat(model.pages[7]).isEqualTo("b 7");
  }

  @Test
  void whereNothingCanBeMappedAllIsCopied() throws Exception {
    FillPlan plan = new FillPlan();
    plan.run(pages("a"), 0, 0, (long) PAGES * PAGE);
    Model model = apply(plan, 0);
    assertThat(model.mapped).isZero();
    assertThat(model.copied).isEqualTo(PAGES);
  }
}
