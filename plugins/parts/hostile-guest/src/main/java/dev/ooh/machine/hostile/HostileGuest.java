package dev.ooh.machine.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.cpu.GuestException;
import dev.ooh.machine.cpu.ThreadState;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.cpu.VmEntryFailure;
import dev.ooh.machine.extension.DeviceFile;
import dev.ooh.machine.extension.DeviceMapping;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.machine.hypervisor.PreCopyMigration;
import dev.ooh.machine.hypervisor.VirtualMachine;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.VmcsField;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One run of a guest whose kernel and programs do what they like, chosen by a seed, while its
 * machine is migrated and they come and go. What must hold:
 *
 * <ul>
 *   <li>Nothing is thrown in root mode, whatever caused the exit. The guest's own instructions end
 *       as the architecture says ({@link GuestException}); its kernel may refuse or panic.
 *   <li>A hypercall answers with what {@link HypercallHandler} lists, a program's always with
 *       {@link HypercallHandler#NOT_PERMITTED}.
 *   <li>The migration's copy comes out equal: no write was kept from it.
 *   <li>No frame of the host backs two pages, and when all is unloaded no control stays on.
 * </ul>
 */
public final class HostileGuest implements AutoCloseable {
  private static final long GUEST_BYTES = 4L << 20;
  private static final int SCRATCH_PAGES = 512;
  private static final long HEAP = 256L << 20;
  private static final int HEAP_PAGES = 64;
  private static final int STEPS = 300;
  private static final int KEPT = 40;
  private static final Set<Long> ANSWERS =
      Set.of(0L, HypercallHandler.UNKNOWN, HypercallHandler.INVALID, HypercallHandler.EXHAUSTED);

  private final HostileGuestContract.Surface surface;
  private final SplittableRandom random;
  private final VirtualMachine machine = new VirtualMachine(GUEST_BYTES);
  private final VirtualMachine destination = new VirtualMachine(GUEST_BYTES);
  private final HypervisorModules modules = new HypervisorModules(machine);
  private final GuestKernel kernel;
  private final Vcpu vcpu = machine.vcpu();
  private final UserProcess[] processes = new UserProcess[2];
  private final Deque<String> history = new ArrayDeque<>();
  private final Values values;
  private final PreCopyMigration migration;

  /** The device as the first process has it open for itself, and the second one as a tracker. */
  private final @Nullable DeviceFile[] files = new DeviceFile[2];

  HostileGuest(HostileGuestContract.Surface surface, long seed) {
    this.surface = surface;
    this.random = new SplittableRandom(seed);
    this.kernel = new GuestKernel(machine, seed, 64);
    for (int i = 0; i < processes.length; i++) {
      processes[i] = process(i);
    }
    Scratch scratch = kernel.modules().load(processes[0], Scratch.class, Scratch::new).module();
    this.values = new Values(random, scratch.gpa, GUEST_BYTES);
    surface.load(this);
    this.migration = new PreCopyMigration(machine, destination);
    vcpu.setRootMode(
        exit -> {
          try {
            machine.exit(exit);
          } catch (RuntimeException e) {
            throw new AssertionError("thrown in root mode, at " + exit, e);
          }
        });
  }

  private UserProcess process(int number) {
    UserProcess process = kernel.createProcess("p" + number);
    mapHeap(process);
    return process;
  }

  private void mapHeap(UserProcess process) {
    kernel.mappings().map(process, "heap", HEAP, HEAP_PAGES * 4096L, null);
  }

  public HypervisorModules hypervisor() {
    return modules;
  }

  public GuestKernel kernel() {
    return kernel;
  }

  /** The process that opens the device. */
  public UserProcess process() {
    return processes[0];
  }

  /** Memory that the guest has no other use for, up to the end: it may be overwritten. */
  private static final class Scratch implements KernelModule {
    private long gpa;

    @Override
    public void load(KernelContext context) {
      int free = (int) (GUEST_BYTES / 4096);
      KernelPages below = null;
      while (below == null) {
        try {
          below = context.allocatePages(--free);
        } catch (IllegalStateException tooMany) {
          continue;
        }
      }
      below.close();
      below = context.allocatePages(free - SCRATCH_PAGES);
      gpa = context.allocatePages(SCRATCH_PAGES).gpa();
      below.close();
    }

    @Override
    public void unload() {}
  }

  /** The last steps, one a line. */
  String history() {
    return String.join(System.lineSeparator(), history);
  }

  private void note(String format, Object... arguments) {
    if (history.size() == KEPT) {
      history.removeFirst();
    }
    history.addLast(format.formatted(arguments));
  }

  void run() {
    for (int step = 0; step < STEPS; step++) {
      step();
    }
    check();
  }

  private void step() {
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3 -> hypercall();
      case 4, 5 -> vmwrite();
      case 6 -> vmread();
      case 7, 8 -> ioctl();
      case 9 -> overwriteDeviceMemory();
      case 10 -> overwriteMemory();
      case 11 -> host();
      case 12 -> fate();
      default -> store();
    }
  }

  // ---- What the guest does --------------------------------------------------------------------

  private void hypercall() {
    List<Long> served = surface.hypercalls();
    long number =
        served.isEmpty() || random.nextInt(10) == 0
            ? values.number()
            : served.get(random.nextInt(served.size()));
    long a = random.nextBoolean() ? random.nextInt(3) : either();
    long b = values.gpa();
    long c = values.number();
    boolean program = random.nextInt(10) == 0;
    note("hypercall 0x%x(0x%x, 0x%x, 0x%x)%s", number, a, b, c, program ? " by a program" : "");
    guest(
        program ? 3 : 0,
        () -> {
          long answer = vcpu.vmcall(number, a, b, c);
          if (program) {
            assertThat(answer).isEqualTo(HypercallHandler.NOT_PERMITTED);
          } else {
            assertThat(ANSWERS).contains(answer);
          }
        });
  }

  private long encoding() {
    List<VmcsField> fields =
        surface.fields().isEmpty() || random.nextInt(4) == 0
            ? VmcsField.standard()
            : surface.fields();
    long encoding = fields.get(random.nextInt(fields.size())).encoding();
    return switch (random.nextInt(8)) {
      case 0 -> encoding | 1;
      case 1 -> values.number();
      default -> encoding;
    };
  }

  private void vmwrite() {
    long encoding = encoding();
    boolean is64Bits = (encoding >>> 13 & 3) == 1;
    // The processor writes where a 64-bit field says, and a guest would only harm itself.
    long value = is64Bits ? values.gpa() | random.nextInt(2) : values.number();
    note("vmwrite %x := 0x%x", encoding, value);
    guest(random.nextInt(10) == 0 ? 3 : 0, () -> vcpu.vmwrite(encoding, value));
  }

  private void vmread() {
    long encoding = encoding();
    note("vmread %x", encoding);
    guest(random.nextInt(10) == 0 ? 3 : 0, () -> vcpu.vmread(encoding));
  }

  private void ioctl() {
    if (surface.device().isEmpty()) {
      return;
    }
    int request = random.nextInt(10) == 0 ? (int) values.number() : random.nextInt(15);
    // Small numbers are those of processes, too.
    long argument =
        switch (random.nextInt(3)) {
          case 0 -> random.nextInt(8);
          case 1 -> random.nextInt(600);
          default -> values.number();
        };
    int opener = random.nextInt(files.length);
    note("ioctl %d, 0x%x by p%d", request, argument, opener);
    kernelCall(() -> file(opener).ioctl(request, argument));
  }

  private void overwriteDeviceMemory() {
    if (surface.device().isEmpty()) {
      return;
    }
    long area = random.nextInt(10) == 0 ? values.number() : random.nextInt(2);
    int words = 1 + random.nextInt(8);
    int opener = random.nextInt(files.length);
    note("p%d overwrites %d words of the device's memory %d", opener, words, area);
    kernelCall(
        () -> {
          DeviceMapping mapping = file(opener).mmap(area);
          for (int i = 0; i < words; i++) {
            long at = random.nextBoolean() ? 8L * i : random.nextLong(mapping.bytes() / 8) * 8;
            long page = HEAP + random.nextInt(2 * HEAP_PAGES) * 4096L;
            mapping.setLong(at, random.nextBoolean() ? page : values.number());
          }
        });
  }

  private void overwriteMemory() {
    long gpa = (random.nextBoolean() ? values.scratchPage() : values.gpa()) & -8;
    int words = 1 + random.nextInt(16);
    note("write %d words at GPA 0x%x", words, gpa);
    guest(
        0,
        () -> {
          for (int i = 0; i < words; i++) {
            vcpu.directMap().write(gpa + 8L * i, either());
          }
        });
  }

  private long either() {
    return random.nextBoolean() ? values.gpa() : values.number();
  }

  private void store() {
    UserProcess process = processes[random.nextInt(processes.length)];
    int page = random.nextInt(HEAP_PAGES);
    int pages = 1 + random.nextInt(HEAP_PAGES - page);
    note("%s stores to %d pages", process.name(), pages);
    kernelCall(
        () ->
            kernel
                .entry()
                .step(
                    process,
                    () -> {
                      for (int i = page; i < page + pages; i++) {
                        vcpu.writeVirtual(HEAP + i * 4096L, 8, random.nextLong());
                      }
                    }));
  }

  /** A process ends, runs another program, or has a child that ends; it may track or be tracked. */
  private void fate() {
    int number = random.nextInt(processes.length);
    UserProcess process = processes[number];
    switch (random.nextInt(3)) {
      case 0 -> {
        note("p%d exits, and another one is there", number);
        kernelCall(() -> kernel.exit(process));
        if (!process.isAlive()) {
          kernelCall(() -> processes[number] = process(number));
        }
      }
      case 1 -> {
        note("p%d execs", number);
        kernelCall(() -> kernel.exec(process));
        kernelCall(() -> mapHeap(process));
      }
      default -> {
        note("p%d forks", number);
        kernelCall(() -> kernel.exit(kernel.fork(process, "child")));
      }
    }
  }

  private DeviceFile file(int opener) {
    DeviceFile open = files[opener];
    if (open == null || !open.isOpen()) {
      String device = surface.device().orElseThrow();
      open =
          opener == 0
              ? kernel.devices().open(processes[0], device)
              : kernel.devices().openMapped(processes[opener], device);
      files[opener] = open;
    }
    return open;
  }

  private void guest(int privilege, Runnable instructions) {
    kernelCall(
        () ->
            kernel
                .entry()
                .step(
                    processes[0],
                    () -> {
                      ThreadState before = vcpu.saveThreadState();
                      vcpu.loadThreadState(new ThreadState(privilege, before.interruptsDisabled()));
                      try {
                        instructions.run();
                      } finally {
                        vcpu.loadThreadState(before);
                      }
                    }));
  }

  /** The guest's kernel may refuse, or panic; the processor may not stop for good. */
  private void kernelCall(Runnable call) {
    try {
      call.run();
    } catch (VmEntryFailure e) {
      throw e;
    } catch (GuestException | IllegalArgumentException | IllegalStateException e) {
      note("  %s", String.valueOf(e.getMessage()));
      assertThat(e).hasMessageNotContaining("still no access");
    }
    assertThat(vcpu.inRootMode()).isFalse();
  }

  // ---- What the host does meanwhile, and what must hold ---------------------------------------

  private void host() {
    if (random.nextBoolean()) {
      note("migration round");
      migration.round();
    } else {
      long gpa = values.scratchPage();
      note("host moves GPA 0x%x", gpa);
      machine.move(gpa);
    }
  }

  private void check() {
    note("last migration round");
    migration.finish();
    Set<Long> frames = new HashSet<>();
    machine
        .ept()
        .forEachPopulated(
            gpa -> {
              assertThat(gpa).isLessThan(GUEST_BYTES);
              long hpa = machine.translate(gpa);
              assertThat(machine.memory().isAllocated(hpa)).isTrue();
              assertThat(frames.add(hpa)).as("HPA 0x%x backs one page", hpa).isTrue();
            });
    note("unload");
    kernelCall(() -> kernel.shutDown(this::unloaded));
  }

  private void unloaded() {
    modules.unloadAll();
    assertThat(vcpu.vmcs().hasBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML)).isFalse();
    assertThat(vcpu.vmcs().hasBits(VmcsField.SECONDARY_CONTROLS, Controls.VMCS_SHADOWING))
        .isFalse();
    for (long gpa = 0; gpa < GUEST_BYTES; gpa += 4096) {
      assertThat(machine.move(gpa)).as("GPA 0x%x is not pinned", gpa).isTrue();
    }
  }

  @Override
  public void close() {
    machine.close();
    destination.close();
  }
}
