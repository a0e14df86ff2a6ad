package dev.ooh.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.extension.DeviceFile;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a ring device leaves behind when something in between fails: nothing. */
class RingFileTest {
  private static final long ENTRIES = 512;

  private final AddressSpace space =
      new VirtualSubstrate().open(SpaceOptions.named("ring").with("memory", "4194304"));
  private final MachineExtensions machine = space.facility(MachineExtensions.class).orElseThrow();
  private final Sample module = machine.loadKernelModule(Sample.class, Sample::new).module();
  private boolean startFails;
  private boolean finishFails;
  private int before;

  @BeforeEach
  void count() {
    before = freePages();
  }

  @AfterEach
  void close() {
    space.close();
  }

  /** How many pages of guest-physical memory are free: as many as can be had one by one. */
  private int freePages() {
    List<KernelPages> taken = new ArrayList<>();
    machine.atomically(
        () -> {
          try {
            while (true) {
              taken.add(module.context.allocatePages(1));
            }
          } catch (IllegalStateException exhausted) {
            taken.forEach(KernelPages::close);
          }
        });
    return taken.size();
  }

  private final class Sample implements KernelModule {
    private KernelContext context;

    @Override
    public void load(KernelContext kernel) {
      context = kernel;
      kernel.registerDevice("ring", new Device(kernel));
    }

    @Override
    public void unload() {}
  }

  private final class Device extends RingDevice<RingFile> {
    Device(KernelContext context) {
      super("ring", context);
    }

    @Override
    protected RingFile opened(GuestProcess opener) {
      return new Opened(this, opener);
    }
  }

  private final class Opened extends RingFile {
    Opened(RingDevice<?> device, GuestProcess process) {
      super(device, process);
    }

    @Override
    protected void start() {
      if (startFails) {
        throw new IllegalStateException("start fails");
      }
    }

    @Override
    protected void finish() {
      if (finishFails) {
        throw new IllegalStateException("finish fails");
      }
    }

    @Override
    protected void collect() {}

    @Override
    protected void arm(PageSet pages) {}

    @Override
    public void mapped(long gva, long gpa, Cause cause) {}

    @Override
    public void unmapped(long start, long end) {}

    @Override
    public void writtenByKernel(long gva, long gpa) {}
  }

  private DeviceFile open() {
    return machine.open("ring");
  }

  private void assertWorks(DeviceFile file) {
    file.ioctl(RingDevice.INIT, ENTRIES);
    file.close();
    assertThat(freePages()).isEqualTo(before);
  }

  @Test
  void aStartThatFailsLeavesAFileThatCanBeStarted() {
    DeviceFile file = open();
    startFails = true;
    assertThatThrownBy(() -> file.ioctl(RingDevice.INIT, ENTRIES)).hasMessage("start fails");
    assertThat(freePages()).isEqualTo(before);
    startFails = false;
    assertWorks(file);
  }

  @Test
  void aRingThatLeavesNoRoomForTheRequestAreaIsGivenBack() {
    DeviceFile file = open();
    // A page of its own, 512 entries a page; 16 pages of requests do not fit beside it.
    long tooMany = (before - 9) * 512L;
    assertThatThrownBy(() -> file.ioctl(RingDevice.INIT, tooMany)).hasMessageContaining("memory");
    assertThat(freePages()).isEqualTo(before);
    assertWorks(file);
  }

  @Test
  void anEndThatFailsIsAnEndAllTheSame() {
    DeviceFile file = open();
    file.ioctl(RingDevice.INIT, ENTRIES);
    finishFails = true;
    assertThatThrownBy(() -> file.ioctl(RingDevice.DEACTIVATE, 0)).hasMessage("finish fails");
    assertThat(freePages()).isEqualTo(before);
    file.ioctl(RingDevice.INIT, ENTRIES);
    assertThatThrownBy(file::close).hasMessage("finish fails");
    assertThat(freePages()).isEqualTo(before);
    finishFails = false;
    assertWorks(open());
  }
}
