package dev.ooh.machine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.extension.DeviceFile;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.ring.RingDevice;
import dev.ooh.machine.extension.ring.RingFile;
import dev.ooh.memory.PageSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a ring device leaves behind when something in between fails: nothing. */
class RingFileTest {
  private static final long ENTRIES = 512;

  private final Kernels guest = new Kernels(1, 64);
  private final GuestKernel kernel = guest.kernel;
  private final UserProcess process = guest.process("opener", 4);
  private boolean startFails;
  private boolean finishFails;
  private int before;

  @BeforeEach
  void load() {
    kernel.modules().load(process, Sample.class, Sample::new);
    before = kernel.frames().freeFrames();
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private final class Sample implements KernelModule {
    @Override
    public void load(KernelContext context) {
      context.registerDevice("ring", new Device(context));
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
    return kernel.devices().open(process, "ring");
  }

  private void assertWorks(DeviceFile file) {
    file.ioctl(RingDevice.INIT, ENTRIES);
    file.close();
    assertThat(kernel.frames().freeFrames()).isEqualTo(before);
  }

  @Test
  void aStartThatFailsLeavesAFileThatCanBeStarted() {
    DeviceFile file = open();
    startFails = true;
    assertThatThrownBy(() -> file.ioctl(RingDevice.INIT, ENTRIES)).hasMessage("start fails");
    assertThat(kernel.frames().freeFrames()).isEqualTo(before);
    startFails = false;
    assertWorks(file);
  }

  @Test
  void aRingThatLeavesNoRoomForTheRequestAreaIsGivenBack() {
    DeviceFile file = open();
    // A page of its own, 512 entries a page; 16 pages of requests do not fit beside it.
    long tooMany = (before - 9) * 512L;
    assertThatThrownBy(() -> file.ioctl(RingDevice.INIT, tooMany)).hasMessageContaining("memory");
    assertThat(kernel.frames().freeFrames()).isEqualTo(before);
    assertWorks(file);
  }

  @Test
  void anEndThatFailsIsAnEndAllTheSame() {
    DeviceFile file = open();
    file.ioctl(RingDevice.INIT, ENTRIES);
    finishFails = true;
    assertThatThrownBy(() -> file.ioctl(RingDevice.DEACTIVATE, 0)).hasMessage("finish fails");
    assertThat(kernel.frames().freeFrames()).isEqualTo(before);
    file.ioctl(RingDevice.INIT, ENTRIES);
    assertThatThrownBy(file::close).hasMessage("finish fails");
    assertThat(kernel.frames().freeFrames()).isEqualTo(before);
    finishFails = false;
    assertWorks(open());
  }
}
