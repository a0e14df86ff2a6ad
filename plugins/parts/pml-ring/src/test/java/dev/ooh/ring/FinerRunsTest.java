package dev.ooh.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A technique whose entries stand for less than pages: they are armed and disarmed by pages. */
class FinerRunsTest {
  private static final long PAGE = PageSet.PAGE_SIZE;
  private static final PageSet ALL = PageSet.of(0, 4 * PAGE);

  private final AddressSpace space =
      new VirtualSubstrate().open(SpaceOptions.named("ring").with("memory", "4194304"));
  private final MachineExtensions machine = space.facility(MachineExtensions.class).orElseThrow();
  private final Sample module = machine.loadKernelModule(Sample.class, Sample::new).module();
  private PageSet armed = PageSet.empty();

  @AfterEach
  void close() {
    space.close();
  }

  @Test
  void aPartThatWasCollectedIsArmedByItsPageAndLeavesTheRestWatched() {
    try (Library library = new Library()) {
      library.init(512);
      library.arm(ALL);
      // All of page 0, the end of page 1 and the beginning of page 2.
      PageSet written = PageSet.of(0, PAGE).union(PageSet.of(2 * PAGE - 128, 2 * PAGE + 256));
      assertThat(collect(library, 0x11, 0x1_F3)).isEqualTo(written);

      library.arm(PageSet.of(2 * PAGE, 2 * PAGE + 128));
      assertThat(armed).isEqualTo(PageSet.of(2 * PAGE, 3 * PAGE));
      assertThat(module.opened().watched()).isEqualTo(PageSet.of(PAGE, 4 * PAGE));
    }
  }

  /** Puts entries of the technique's own into the ring, and collects them. */
  private PageSet collect(Library library, long... entries) {
    machine.atomically(
        () -> {
          for (long entry : entries) {
            module.opened().ring().append(entry);
          }
        });
    return library.collect().pages();
  }

  private final class Library extends RingLibrary {
    Library() {
      super(machine, "ring");
    }

    @Override
    protected int entriesPerPage() {
      return 1;
    }

    @Override
    protected PageSet resolve(long[] entries) {
      assertThat(entries).containsExactly(0x11, 0x1_F3);
      return PageSet.of(0, PAGE).union(PageSet.of(2 * PAGE - 128, 2 * PAGE + 256));
    }
  }

  private final class Sample implements KernelModule {
    private Device device;

    Opened opened() {
      return device.opened;
    }

    @Override
    public void load(KernelContext kernel) {
      device = new Device(kernel);
      kernel.registerDevice("ring", device);
    }

    @Override
    public void unload() {}
  }

  private final class Device extends RingDevice<Opened> {
    private Opened opened;

    Device(KernelContext context) {
      super("ring", context);
    }

    @Override
    protected Opened opened(GuestProcess opener) {
      opened = new Opened(this, opener);
      return opened;
    }
  }

  private final class Opened extends RingFile {
    Opened(RingDevice<?> device, GuestProcess process) {
      super(device, process);
    }

    @Override
    protected void start() {}

    @Override
    protected void finish() {}

    @Override
    protected void collect() {}

    @Override
    protected void arm(PageSet pages) {
      armed = pages;
    }

    @Override
    public void mapped(long gva, long gpa, Cause cause) {}

    @Override
    public void unmapped(long start, long end) {}

    @Override
    public void writtenByKernel(long gva, long gpa) {}
  }
}
