package dev.ooh.linux.userfault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** However scattered the pages are that were written, one scan finds and protects them. */
class AsynchronousDescriptorTest {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int PAGES = 2048;
  private static final PageSet ALL = PageSet.of(1L << 30, (1L << 30) + (long) PAGES * PAGE);

  private final List<String> scans = new ArrayList<>();
  private PageSet written = PageSet.empty();

  private final WriteProtectScan.Scanner scanner =
      new WriteProtectScan.Scanner() {
        @Override
        public void register(PageSet ranges) {}

        @Override
        public void unregister(PageSet ranges) {}

        @Override
        public PageSet scan(PageSet scan, PageSet rearm) {
          // The kernel is asked once for each run of what is scanned.
          scans.add(scan.runCount() + " runs, " + rearm.runCount() + " rearmed");
          PageSet found = written.intersect(scan);
          written = written.minus(rearm);
          return found;
        }

        @Override
        public Optional<String> lost() {
          return Optional.empty();
        }

        @Override
        public void close() {}
      };

  @Test
  void scatteredPagesAreDrainedAndArmedByOneScan() throws Exception {
    AsynchronousDescriptor descriptor = new AsynchronousDescriptor(scanner);
    descriptor.register(ALL);
    descriptor.writeProtect(ALL);
    PageSet.Builder everyOther = PageSet.builder();
    for (int page = 0; page < PAGES; page += 2) {
      everyOther.addPage(ALL.runStart(0) + (long) page * PAGE);
    }
    PageSet scattered = everyOther.build();
    for (int round = 0; round < 3; round++) {
      scans.clear();
      written = scattered;
      assertThat(descriptor.drain(ALL)).isEqualTo(scattered);
      assertThat(scans).containsExactly("1 runs, 1 rearmed");
      assertThat(descriptor.drain(ALL)).isEqualTo(PageSet.empty());
    }
  }
}
