package dev.ooh.machine.hypervisor;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * Shares the processors' PML buffers, of which each has one, among users; see {@link
 * PageModificationLog}. Logging is on, on all of them, while any user is on. What is logged goes to
 * each user that is on, and to each that has armed the page: with the dirty flag set the processor
 * won't log it again for them.
 */
public final class PageModificationLogging {
  /** The index of the first entry that the processor fills (SDM 29.3.6). */
  private static final int FIRST_INDEX = 511;

  private final HostMemory memory;
  private final Processors processors;
  private final ExtendedPageTables ept;

  /** Replaced and never changed, as a reader may open or close one while it is told of a page. */
  private User[] users = {};

  /** Whether a reader is being told of a page, by which it may write to guest memory itself. */
  private boolean telling;

  /**
   * What readers wrote to while they were told of a page: each is told next, by whoever told the
   * first, since a guest that arms the rings of its logs would make one call another without end.
   */
  private final SequencedSet<Long> written = new LinkedHashSet<>();

  PageModificationLogging(HostMemory memory, Processors processors, ExtendedPageTables ept) {
    this.memory = memory;
    this.processors = processors;
    this.ept = ept;
    for (Vcpu vcpu : processors.all()) {
      vcpu.vmcs().write(VmcsField.PML_ADDRESS, memory.allocateFrame());
      vcpu.vmcs().write(VmcsField.PML_INDEX, FIRST_INDEX);
    }
  }

  /** Adds a user, for whom logging is off at first. */
  public PageModificationLog open(PageModificationLog.Reader reader) {
    User user = new User(reader);
    users = Arrays.copyOf(users, users.length + 1);
    users[users.length - 1] = user;
    return user;
  }

  /** Whether there is a user, for whom new memory must be mapped in pages of 4 KiB. */
  boolean hasUsers() {
    return users.length > 0;
  }

  /** Empties the buffers of all processors, which are interrupted for it. */
  void flush() {
    flush(processors.executing());
    processors.interruptOthers().forEach(this::flush);
  }

  /** Empties a processor's buffer; what a PML-full exit does. */
  void flush(Vcpu vcpu) {
    Vmcs vmcs = vcpu.vmcs();
    int index = (int) vmcs.read(VmcsField.PML_INDEX);
    if (index == FIRST_INDEX) {
      return;
    }
    // FFFFH means that entry 0 was filled (SDM 29.3.6). With any other index out of range it isn't
    // known which entries were filled, so all are taken, as KVM does.
    int filled = index > FIRST_INDEX ? FIRST_INDEX + 1 : FIRST_INDEX - index;
    long page = vmcs.read(VmcsField.PML_ADDRESS);
    long[] logged = new long[filled];
    for (int i = 0; i < logged.length; i++) {
      logged[i] = memory.readLong(page + 8L * (FIRST_INDEX - i));
    }
    vmcs.write(VmcsField.PML_INDEX, FIRST_INDEX);
    for (long gpa : logged) {
      deliver(gpa);
    }
  }

  /** Tells users of a write by root mode, as of a write by the guest. */
  void wrote(long gpa) {
    long page = gpa & -HostMemory.FRAME;
    if (telling) {
      written.add(page);
    } else {
      deliver(page);
    }
  }

  private void deliver(long gpa) {
    for (User user : users) {
      user.offer(gpa);
    }
  }

  private void switchLogging() {
    boolean wanted = Arrays.stream(users).anyMatch(user -> user.enabled);
    for (Vcpu vcpu : processors.all()) {
      Vmcs vmcs = vcpu.vmcs();
      if (wanted != vmcs.hasBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML)) {
        vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML, wanted);
      }
    }
  }

  private final class User implements PageModificationLog {
    private final Reader reader;
    private final BitSet armed = new BitSet();
    private boolean enabled;

    /** What the reader threw first since this user's last call. */
    private @Nullable RuntimeException failure;

    User(Reader reader) {
      this.reader = reader;
    }

    void offer(long gpa) {
      int number = pageNumber(gpa);
      if (enabled || armed.get(number)) {
        armed.clear(number);
        boolean first = !telling;
        telling = true;
        try {
          read(gpa);
          while (first && !written.isEmpty()) {
            deliver(written.removeFirst());
          }
        } finally {
          telling = !first;
        }
      }
    }

    private void read(long gpa) {
      try {
        reader.logged(gpa);
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
      }
    }

    private void throwFailure() {
      RuntimeException thrown = failure;
      failure = null;
      if (thrown != null) {
        throw new IllegalStateException(
            "page-modification log: this user's reader failed: " + thrown.getMessage(), thrown);
      }
    }

    @Override
    public void enable() {
      checkOpen();
      // What was logged until now is for those who were on until now.
      PageModificationLogging.this.flush();
      enabled = true;
      switchLogging();
      throwFailure();
    }

    @Override
    public void disable() {
      turnOff();
      throwFailure();
    }

    private void turnOff() {
      PageModificationLogging.this.flush();
      enabled = false;
      switchLogging();
    }

    @Override
    public boolean isEnabled() {
      return enabled;
    }

    @Override
    public void flush() {
      PageModificationLogging.this.flush();
      throwFailure();
    }

    @Override
    public void rearm(long[] gpas, int count) {
      checkOpen();
      for (int i = 0; i < count; i++) {
        checkGuestMemory(gpas[i]);
      }
      PageModificationLogging.this.flush();
      for (int i = 0; i < count; i++) {
        long gpa = gpas[i] & -HostMemory.FRAME;
        ept.populate(gpa, false);
        if (ept.clearDirty(gpa)) {
          offerToOthers(gpa);
        }
        armed.set(pageNumber(gpa));
      }
      if (count > 0) {
        processors.invept();
      }
      throwFailure();
    }

    /**
     * Reports a page whose dirty flag was just cleared to the others that had armed it: if the
     * write was not logged, the flag was their only way to learn of it.
     */
    private void offerToOthers(long gpa) {
      for (User other : users) {
        if (other != this && other.armed.get(pageNumber(gpa))) {
          other.offer(gpa);
        }
      }
    }

    @Override
    public void disarm(long gpa) {
      checkGuestMemory(gpa);
      armed.clear(pageNumber(gpa));
    }

    @Override
    public int reportUnlogged() {
      PageModificationLogging.this.flush();
      int found = 0;
      for (int number = armed.nextSetBit(0); number >= 0; number = armed.nextSetBit(number + 1)) {
        long gpa = (long) number * HostMemory.FRAME;
        if (ept.isDirty(gpa)) {
          offer(gpa);
          found++;
        }
      }
      throwFailure();
      return found;
    }

    @Override
    public void close() {
      if (isOpen()) {
        turnOff();
        users = Arrays.stream(users).filter(user -> user != this).toArray(User[]::new);
      }
    }

    private boolean isOpen() {
      return Arrays.asList(users).contains(this);
    }

    private void checkOpen() {
      if (!isOpen()) {
        throw new IllegalStateException("page-modification log: this user has closed it");
      }
    }

    private void checkGuestMemory(long gpa) {
      if (!ept.contains(gpa, 1)) {
        throw new IllegalArgumentException(
            "page-modification log: GPA is 0x%x, wanted one below 0x%x"
                .formatted(gpa, ept.guestBytes()));
      }
    }

    private static int pageNumber(long gpa) {
      return (int) (gpa >>> 12);
    }
  }
}
