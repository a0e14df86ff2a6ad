package dev.ooh.linux.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessMappingsTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tellsSharedMappingsAndPrivateOnesOfFilesApart(boolean askable) throws Exception {
    Path file = Files.write(folder.resolve("f"), new byte[8 * PAGE]);
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Arena arena = Arena.ofShared();
        AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("mappings"));
        ProcessMappings mappings = new ProcessMappings(askable)) {
      PageSet shared = pages(channel.map(MapMode.READ_WRITE, 0, 8 * PAGE, arena));
      PageSet copied = pages(channel.map(MapMode.PRIVATE, 0, 8 * PAGE, arena));
      Region anonymous = space.map(RegionRequest.anonymous("r", 8 * PAGE));

      PageSet within = shared.union(copied).union(anonymous.pages());
      assertThat(mappings.kinds(within)).isEqualTo(new MappingKinds(shared, copied));

      PageSet some =
          part(shared, 1, 2).union(part(shared, 4, 5)).union(part(copied, 3, 8)).union(lowest());
      assertThat(mappings.kinds(some))
          .isEqualTo(new MappingKinds(some.intersect(shared), some.intersect(copied)));
      assertThat(mappings.kinds(PageSet.empty()))
          .isEqualTo(new MappingKinds(PageSet.empty(), PageSet.empty()));
    }
  }

  @Test
  void whatTheKernelIsAskedAgreesWithItsText() throws Exception {
    assumeTrue(Files.isReadable(Path.of("/proc/self/maps")), "no /proc/self/maps");
    // All of a JVM's mappings but those that come and go with its threads.
    PageSet within = PageSet.of(PAGE, 1L << 47);
    try (ProcessMappings asked = new ProcessMappings(true);
        ProcessMappings read = new ProcessMappings(false)) {
      MappingKinds before = read.kinds(within);
      MappingKinds found = asked.kinds(within);
      MappingKinds after = read.kinds(within);

      assertThat(before.shared().intersect(after.shared()).minus(found.shared()))
          .isEqualTo(PageSet.empty());
      assertThat(before.privateFiles().intersect(after.privateFiles()).minus(found.privateFiles()))
          .isEqualTo(PageSet.empty());
      assertThat(found.shared().minus(before.shared().union(after.shared())))
          .isEqualTo(PageSet.empty());
      assertThat(found.privateFiles().minus(before.privateFiles().union(after.privateFiles())))
          .isEqualTo(PageSet.empty());
    }
  }

  /** Nothing is mapped there. */
  private static PageSet lowest() {
    return PageSet.of(PAGE, 2 * PAGE);
  }

  private static PageSet part(PageSet pages, int from, int to) {
    long start = pages.runStart(0);
    return PageSet.of(start + (long) from * PAGE, start + (long) to * PAGE);
  }

  private static PageSet pages(MemorySegment segment) {
    return PageSet.of(segment.address(), segment.address() + segment.byteSize());
  }
}
