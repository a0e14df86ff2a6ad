package dev.ooh.machine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.paging.EptEntry;
import dev.ooh.machine.paging.GuestPte;
import dev.ooh.machine.paging.PageFaultErrorCode;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.EptViolation;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.VmcsField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Random maps, rights, accesses, re-arms and log sizes against a model that knows no caches, no
 * tables and no flags but two sets: a kernel and a VMM that invalidate as they must make the
 * processor's caches invisible, and lose no write from the log.
 */
class WalkProperties {
  private static final int PAGES = 24;
  private static final int FRAMES = 16;
  private static final int STEPS = 400;
  private static final long BASE = 0x3FFF_4000L; // crosses a 2 MiB and a 1 GiB boundary

  @Property(tries = 60)
  void processorAgreesWithTheModel(@ForAll long seed) {
    try (Run run = new Run(seed, true)) {
      run.go();
    }
  }

  @Property(tries = 20)
  void processorAgreesWithTheModelWithoutEptFlags(@ForAll long seed) {
    try (Run run = new Run(seed, false)) {
      run.go();
    }
  }

  /** One random run. Model: which frame a page has, its rights, what each word holds. */
  private static final class Run implements AutoCloseable {
    private final String name;
    private final Random random;
    private final boolean accessedDirty;
    private final TestMachine machine;
    private final long[] frames = new long[FRAMES];
    private final int[] frameOf = new int[PAGES];
    private final boolean[] writable = new boolean[PAGES];
    private final boolean[] eptPresent = new boolean[FRAMES];
    private final boolean[] eptWritable = new boolean[FRAMES];
    private final Map<Long, Long> contents = new HashMap<>();
    private final Set<Integer> guestDirty = new HashSet<>();
    private final Set<Long> unlogged = new HashSet<>();
    private final Set<Long> drained = new HashSet<>();
    private final List<String> expected = new ArrayList<>();
    private final List<String> happened = new ArrayList<>();
    private boolean logging;

    Run(long seed, boolean accessedDirty) {
      this.name = "seed " + seed;
      this.random = new Random(seed);
      this.accessedDirty = accessedDirty;
      this.machine = new TestMachine(accessedDirty);
      Arrays.fill(frameOf, -1);
      Arrays.fill(eptPresent, true);
      Arrays.fill(eptWritable, true);
      for (int i = 0; i < FRAMES; i++) {
        frames[i] = machine.guestFrame();
      }
      machine.kernel = this::fault;
      machine.vmm = this::exit;
    }

    void go() {
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(12)) {
          case 0 -> map();
          case 1 -> unmap();
          case 2 -> changeGuestRights();
          case 3 -> changeEptRights();
          case 4 -> clearGuestDirty();
          case 5 -> drainAndRearm();
          case 6 -> toggleLogging();
          case 7 -> directMapWrite();
          case 8, 9 -> load();
          default -> store();
        }
      }
      drainAndRearm();
      checkDirtyFlags();
    }

    private void map() {
      int page = random.nextInt(PAGES);
      if (frameOf[page] < 0) {
        frameOf[page] = random.nextInt(FRAMES); // aliases happen
        writable[page] = random.nextBoolean();
        setPte(page);
      }
    }

    private void unmap() {
      int page = random.nextInt(PAGES);
      if (frameOf[page] >= 0) {
        frameOf[page] = -1;
        guestDirty.remove(page);
        machine.setPte(gva(page), 1, 0);
        machine.cpu.invlpg(gva(page));
      }
    }

    private void changeGuestRights() {
      int page = random.nextInt(PAGES);
      if (frameOf[page] >= 0) {
        writable[page] = !writable[page];
        machine.setPte(gva(page), 1, machine.pte(gva(page), 1) ^ GuestPte.WRITABLE);
        if (!writable[page]) {
          machine.cpu.invlpg(gva(page));
        }
      }
    }

    private void changeEptRights() {
      int frame = random.nextInt(FRAMES);
      eptPresent[frame] = random.nextInt(3) > 0;
      eptWritable[frame] = eptPresent[frame] && random.nextBoolean();
      setEptRights(frame);
      machine.cpu.invept();
    }

    private void clearGuestDirty() {
      int page = random.nextInt(PAGES);
      if (frameOf[page] >= 0) {
        guestDirty.remove(page);
        machine.clearPte(gva(page), 1, GuestPte.DIRTY);
        machine.cpu.invlpg(gva(page));
      }
    }

    /** What a PML user does: takes the log, and makes each logged page log again. */
    private void drainAndRearm() {
      if (!logging) {
        return;
      }
      drain();
      assertThat(drained).as(name + ": written pages are in the log").containsAll(unlogged);
      for (long gpa : drained) {
        machine.clearEpt(gpa, 1, EptEntry.DIRTY);
      }
      drained.clear();
      unlogged.clear();
      machine.cpu.invept();
    }

    private void drain() {
      drained.addAll(machine.logged());
      machine.vmcs.write(VmcsField.PML_INDEX, 511);
    }

    private void toggleLogging() {
      if (!accessedDirty) {
        return;
      }
      drainAndRearm();
      logging = !logging;
      if (logging) {
        for (long frame : frames) {
          machine.clearEpt(frame, 1, EptEntry.DIRTY);
        }
        machine.cpu.invept();
        // A short log, so that it is full often.
        machine.enablePml(random.nextInt(6));
        for (int i = 511; i > machine.pmlIndex(); i--) {
          machine.memory.writeLong(machine.pmlPage + i * 8L, machine.root);
        }
      } else {
        machine.vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML, false);
      }
    }

    private void directMapWrite() {
      int frame = random.nextInt(FRAMES);
      if (!eptWritable[frame]) {
        expected.add("violation " + frame);
      }
      long word = frames[frame] + random.nextInt(512) * 8L;
      long value = random.nextLong();
      machine.cpu.directMap().write(word, value);
      wrote(frame, word, value);
      checkHappened();
    }

    private void load() {
      int page = random.nextInt(PAGES);
      long offset = random.nextInt(512) * 8L;
      expectFaults(page, false);
      long found = machine.load(gva(page) + offset);
      checkHappened();
      long word = frames[frameOf[page]] + offset;
      assertThat(found).as(name).isEqualTo(contents.getOrDefault(word, 0L));
    }

    private void store() {
      int page = random.nextInt(PAGES);
      long offset = random.nextInt(512) * 8L;
      long value = random.nextLong();
      expectFaults(page, true);
      machine.store(gva(page) + offset, value);
      checkHappened();
      guestDirty.add(page);
      wrote(frameOf[page], frames[frameOf[page]] + offset, value);
      if (random.nextInt(8) == 0) {
        checkDirtyFlags();
      }
    }

    private void wrote(int frame, long word, long value) {
      contents.put(word, value);
      if (logging) {
        unlogged.add(frames[frame]);
      }
    }

    /** The faults and violations that an access must meet, in order; the handlers repair. */
    private void expectFaults(int page, boolean write) {
      int code = PageFaultErrorCode.USER | (write ? PageFaultErrorCode.WRITE : 0);
      int frame = frameOf[page];
      if (frame < 0) {
        expected.add("fault " + page + " " + code);
        frame = page % FRAMES;
      } else if (write && !writable[page]) {
        expected.add("fault " + page + " " + (code | PageFaultErrorCode.PRESENT));
      }
      if (!eptPresent[frame] || (write && !eptWritable[frame])) {
        expected.add("violation " + frame);
      }
    }

    private void fault(long gva, int code) {
      int page = (int) (gva - BASE >>> 12);
      happened.add("fault " + page + " " + code);
      if (frameOf[page] < 0) {
        frameOf[page] = page % FRAMES;
      }
      writable[page] = true;
      setPte(page);
    }

    private void exit(VmExit exit) {
      if (exit.reason() == ExitReason.PML_FULL) {
        assertThat(logging).as(name).isTrue();
        drain();
        machine.vmcs.write(VmcsField.PML_INDEX, random.nextInt(4));
        for (int i = 511; i > machine.pmlIndex(); i--) {
          machine.memory.writeLong(machine.pmlPage + i * 8L, machine.root);
        }
        return;
      }
      assertThat(exit.reason()).as(name).isEqualTo(ExitReason.EPT_VIOLATION);
      assertThat(exit.qualification() & EptViolation.FINAL_ACCESS).as(name).isNotZero();
      int frame = Arrays.binarySearch(frames, exit.guestPhysicalAddress() & ~0xFFFL);
      happened.add("violation " + frame);
      eptPresent[frame] = true;
      eptWritable[frame] = true;
      setEptRights(frame);
    }

    private void checkHappened() {
      assertThat(happened).as(name).isEqualTo(expected);
      happened.clear();
      expected.clear();
    }

    private void checkDirtyFlags() {
      for (int page = 0; page < PAGES; page++) {
        if (frameOf[page] >= 0) {
          assertThat(GuestPte.isDirty(machine.pte(gva(page), 1)))
              .as("%s: dirty flag of page %d", name, page)
              .isEqualTo(guestDirty.contains(page));
        }
      }
    }

    private void setPte(int page) {
      long flags = TestMachine.USER_PAGE & (writable[page] ? -1 : ~GuestPte.WRITABLE);
      long dirty = guestDirty.contains(page) ? GuestPte.DIRTY : 0;
      machine.setPte(gva(page), 1, GuestPte.of(frames[frameOf[page]], flags | dirty));
    }

    private void setEptRights(int frame) {
      long rights =
          (eptPresent[frame] ? EptEntry.READ | EptEntry.EXECUTE : 0)
              | (eptWritable[frame] ? EptEntry.WRITE : 0);
      long entry = machine.ept(frames[frame], 1);
      machine.setEpt(frames[frame], 1, (entry & ~EptEntry.ALL_RIGHTS) | rights);
    }

    private static long gva(int page) {
      return BASE + page * 4096L;
    }

    @Override
    public void close() {
      machine.close();
    }
  }
}
