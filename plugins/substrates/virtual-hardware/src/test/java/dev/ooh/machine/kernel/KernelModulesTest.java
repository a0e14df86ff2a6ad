package dev.ooh.machine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.DeviceFile;
import dev.ooh.machine.extension.DeviceMapping;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.extension.ProcessNotifier;
import dev.ooh.machine.extension.UioDevice;
import dev.ooh.machine.vmx.VmcsField;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KernelModulesTest {
  private static final long DEVICES = 1L << 46;

  private final Kernels guest = new Kernels(1, 64);
  private final GuestKernel kernel = guest.kernel;
  private final UserProcess process = guest.process("opener", 4);
  private final List<String> log = new ArrayList<>();

  @AfterEach
  void close() {
    guest.close();
  }

  /** Everything a module may use. */
  private final class Sample implements KernelModule {
    KernelContext context;
    KernelPages pages;
    KernelContext.InterruptLine line;

    @Override
    public void load(KernelContext given) {
      context = given;
      pages = given.allocatePages(2);
      line = given.requestInterrupt(() -> log.add("interrupt"));
      given.registerDevice("sample", this::open);
      log.add("load");
    }

    private UioDevice.Session open(GuestProcess opener) {
      log.add("open by " + opener.name());
      return new UioDevice.Session() {
        @Override
        public long ioctl(int request, long argument) {
          if (request != 1) {
            throw new IllegalArgumentException("request is " + request + ", wanted 1");
          }
          pages.setLong(8, argument);
          return argument + 1;
        }

        @Override
        public KernelPages mmap(long offset) {
          return pages;
        }

        @Override
        public void close() {
          log.add("close");
        }
      };
    }

    @Override
    public void unload() {
      log.add("unload");
    }
  }

  @Test
  void isLoadedOnceAndUnloadedByTheLastUserWithAllThatItHeld() {
    int before = kernel.frames.freeFrames();
    var first = kernel.modules().load(process, Sample.class, Sample::new);
    var second = kernel.modules().load(process, Sample.class, Sample::new);
    assertThat(second.module()).isSameAs(first.module());
    first.close();
    first.close();
    assertThat(log).containsExactly("load");
    second.close();
    assertThat(log).containsExactly("load", "unload");
    assertThat(kernel.frames.freeFrames()).isEqualTo(before);
    assertThatThrownBy(() -> kernel.devices().open(process, "sample"))
        .hasMessageContaining("device is sample, wanted one of []");
  }

  @Test
  void aLoadThatFailsLeavesNothing() {
    class Failing implements KernelModule {
      @Override
      public void load(KernelContext context) {
        context.registerDevice("failing", opener -> null);
        throw new IllegalStateException("no");
      }

      @Override
      public void unload() {}
    }
    assertThatThrownBy(() -> kernel.modules().load(process, Failing.class, Failing::new))
        .hasMessage("no");
    assertThatThrownBy(() -> kernel.devices().open(process, "failing"))
        .hasMessageContaining("wanted one of []");
  }

  @Test
  void aDeviceSharesMemoryWithItsOpener() {
    var loaded = kernel.modules().load(process, Sample.class, Sample::new);
    long before = guest.machine.counters().get(Event.USER_TO_KERNEL_SWITCH);
    DeviceFile file = kernel.devices().open(process, "sample");
    DeviceMapping mapping = file.mmap(0);
    assertThat(file.ioctl(1, 41)).isEqualTo(42);
    assertThat(mapping.getLong(8)).isEqualTo(41);
    mapping.setLong(16, 5);
    long[] words = new long[3];
    mapping.getLongs(0, words, 0, 3);
    assertThat(words).containsExactly(0, 41, 5);
    assertThat(guest.machine.counters().get(Event.USER_TO_KERNEL_SWITCH) - before).isEqualTo(3);
    assertThatThrownBy(() -> file.ioctl(2, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> mapping.getLong(4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> mapping.getLong(8192)).isInstanceOf(IndexOutOfBoundsException.class);
    file.close();
    file.close();
    assertThatThrownBy(() -> mapping.getLong(8)).hasMessageContaining("closed");
    assertThatThrownBy(() -> file.ioctl(1, 0)).hasMessageContaining("closed");
    loaded.close();
    assertThat(log).containsExactly("load", "open by opener", "close", "unload");
  }

  @Test
  void anEndingProcessClosesItsFiles() {
    kernel.modules().load(process, Sample.class, Sample::new);
    DeviceFile file = kernel.devices().open(process, "sample");
    kernel.exit(process);
    assertThat(log).endsWith("close");
    file.close();
  }

  @Test
  void interruptsWaitWhileDisabled() {
    Sample module = kernel.modules().load(process, Sample.class, Sample::new).module();
    kernel
        .entry()
        .step(
            process,
            () -> {
              module.context.disableInterrupts();
              guest.machine.vcpu().selfIpi(module.line.vector());
              guest.machine.vcpu().poll();
              assertThat(log).containsExactly("load");
              module.context.enableInterrupts();
              guest.machine.vcpu().poll();
            });
    assertThat(log).containsExactly("load", "interrupt");
  }

  @Test
  void hypercallsReachTheirHandlerAndUnknownOnesSaySo() {
    Sample module = kernel.modules().load(process, Sample.class, Sample::new).module();
    var registration = guest.machine.hypercalls().register(0x99, (a, b, c) -> 100 * a + 10 * b + c);
    guest.inKernel(
        process,
        () -> {
          assertThat(module.context.hypercall(0x99, 1, 2, 3)).isEqualTo(123);
          registration.close();
          assertThat(module.context.hypercall(0x99, 1, 2, 3)).isEqualTo(HypercallHandler.UNKNOWN);
        });
    assertThatThrownBy(
            () -> {
              guest.machine.hypercalls().register(0x98, (a, b, c) -> 0);
              guest.machine.hypercalls().register(0x98, (a, b, c) -> 0);
            })
        .hasMessageContaining("hypercall 0x98");
  }

  @Test
  void shadowedFieldsAreReachedWithoutAnExitAndCounted() {
    Sample module = kernel.modules().load(process, Sample.class, Sample::new).module();
    var allowed = guest.machine.shadowing().allow(VmcsField.GUEST_CR3, true, true);
    guest.inKernel(
        process,
        () -> {
          long exits = guest.machine.counters().get(Event.VM_EXIT);
          module.context.vmwrite(VmcsField.GUEST_CR3, 0x1000);
          assertThat(module.context.vmread(VmcsField.GUEST_CR3)).isEqualTo(0x1000);
          assertThat(guest.machine.counters().get(Event.VM_EXIT)).isEqualTo(exits);
          assertThat(guest.machine.counters().get(Event.VMWRITE)).isEqualTo(1);
          assertThat(guest.machine.counters().get(Event.VMREAD)).isEqualTo(1);
          allowed.close();
          assertThatThrownBy(() -> module.context.vmread(VmcsField.GUEST_CR3))
              .hasMessageContaining("injected by the VMM");
        });
  }

  /** A device whose sessions may fail to close, and whose kernel may fail at a fork. */
  private static final class Frail implements KernelModule {
    final int pagesEach;
    final List<KernelPages> pages = new ArrayList<>();
    final List<String> closed = new ArrayList<>();
    boolean fails;
    KernelContext context;

    Frail(int pagesEach) {
      this.pagesEach = pagesEach;
    }

    @Override
    public void load(KernelContext given) {
      context = given;
      for (int device = 0; device < 2; device++) {
        KernelPages its = given.allocatePages(pagesEach);
        pages.add(its);
        given.registerDevice("frail" + device, opener -> session(its));
      }
      given.addProcessNotifier(
          new ProcessNotifier() {
            @Override
            public void forked(GuestProcess parent, GuestProcess child) {
              if (fails) {
                throw new IllegalStateException("no fork of " + parent.name());
              }
            }
          });
    }

    private UioDevice.Session session(KernelPages its) {
      return new UioDevice.Session() {
        @Override
        public long ioctl(int request, long argument) {
          return 0;
        }

        @Override
        public KernelPages mmap(long offset) {
          return its;
        }

        @Override
        public void close() {
          closed.add("session");
          if (fails) {
            throw new IllegalStateException("no close");
          }
        }
      };
    }

    @Override
    public void unload() {}
  }

  @Test
  void aSessionThatFailsToCloseKeepsNoOtherFileOpenAndNoMemory() {
    Frail module = kernel.modules().load(process, Frail.class, () -> new Frail(2)).module();
    int before = kernel.frames.freeFrames();
    UserProcess ends = guest.process("ends", 4);
    guest.store(ends, 0, 1);
    DeviceFile first = kernel.devices().openMapped(ends, "frail0");
    DeviceFile second = kernel.devices().openMapped(ends, "frail1");
    first.mmap(0);
    module.fails = true;
    assertThatThrownBy(() -> kernel.exit(ends))
        .hasMessage("no close")
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
    module.fails = false;
    assertThat(module.closed).hasSize(2);
    assertThat(first.isOpen()).isFalse();
    assertThat(second.isOpen()).isFalse();
    assertThat(ends.isAlive()).isFalse();
    assertThat(kernel.frames.freeFrames()).isEqualTo(before);
  }

  @Test
  void aMappingOfADeviceThatFailsForLackOfMemoryLeavesNoEntry() {
    Frail module = kernel.modules().load(process, Frail.class, () -> new Frail(1024)).module();
    DeviceFile file = kernel.devices().openMapped(process, "frail0");
    List<Long> taken = new ArrayList<>();
    guest.inKernel(
        process,
        () -> {
          // Enough for the tables of the first 512 pages.
          while (kernel.frames.freeFrames() > 3) {
            taken.add(kernel.frames.allocate());
          }
        });
    assertThatThrownBy(() -> file.mmap(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("memory is exhausted");
    guest.inKernel(
        process,
        () -> {
          assertThat(process.vmasIn(DEVICES, DEVICES + (1L << 40))).isEmpty();
          assertThat(process.tables().get(DEVICES)).isZero();
          taken.forEach(kernel.frames::free);
        });
    DeviceMapping mapping = file.mmap(0);
    module.pages.getFirst().setLong(600 * 4096, 7);
    assertThat(mapping.getLong(600 * 4096)).isEqualTo(7);
  }

  @Test
  void pagesThatCloseUnmapNothingThatCameAfterThem() {
    Frail module = kernel.modules().load(process, Frail.class, () -> new Frail(2)).module();
    kernel.devices().openMapped(process, "frail0").mmap(0);
    kernel.exec(process);
    DeviceMapping later = kernel.devices().openMapped(process, "frail1").mmap(0);
    guest.inKernel(
        process,
        () -> {
          module.pages.get(1).setLong(8, 5);
          module.pages.get(0).close();
        });
    assertThat(later.getLong(8)).isEqualTo(5);
  }

  @Test
  void aForkThatFailsLeavesNoChild() {
    Frail module = kernel.modules().load(process, Frail.class, () -> new Frail(2)).module();
    guest.store(process, 0, 1);
    int before = kernel.frames.freeFrames();
    module.fails = true;
    assertThatThrownBy(() -> kernel.fork(process, "child")).hasMessage("no fork of opener");
    module.fails = false;
    assertThat(kernel.processes.get(process.pid() + 1)).isNull();
    assertThat(kernel.frames.freeFrames()).isEqualTo(before);
    guest.store(process, 0, 2);
    assertThat(guest.load(process, 0)).isEqualTo(2);
  }

  @Test
  void aForkThatRunsOutOfMemoryLeavesNoChild() {
    guest.store(process, 0, 1);
    List<Long> taken = new ArrayList<>();
    guest.inKernel(
        process,
        () -> {
          while (kernel.frames.freeFrames() > 2) {
            taken.add(kernel.frames.allocate());
          }
        });
    assertThatThrownBy(() -> kernel.fork(process, "child"))
        .hasMessageContaining("memory is exhausted");
    assertThat(kernel.processes.get(process.pid() + 1)).isNull();
    assertThat(kernel.frames.freeFrames()).isEqualTo(2);
    guest.store(process, 0, 2);
    assertThat(guest.load(process, 0)).isEqualTo(2);
  }
}
