package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.extension.DeviceFile;
import dev.ooh.machine.extension.DeviceMapping;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.extension.UioDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The kernel's UIO devices, and the files that processes have open on them. */
public final class Devices {
  private final SystemCalls calls;
  private final CpuEntry cpu;
  private final Processors processors;
  private final MemoryManager memory;
  private final TreeMap<String, UioDevice> devices = new TreeMap<>();
  private final List<OpenFile> files = new ArrayList<>();

  Devices(SystemCalls calls, CpuEntry cpu, Processors processors, MemoryManager memory) {
    this.calls = calls;
    this.cpu = cpu;
    this.processors = processors;
    this.memory = memory;
  }

  Registration register(String name, UioDevice device) {
    if (devices.putIfAbsent(name, device) != null) {
      throw new IllegalStateException("device " + name + " exists, wanted a free name");
    }
    return () -> {
      if (devices.remove(name, device)) {
        releaseAll(file -> file.device == device);
      }
    };
  }

  /**
   * open(2), by a process that is to track itself: its page tables know nothing of the memory that
   * it maps, so that looking there is none of its own accesses. Any thread.
   */
  public DeviceFile open(UserProcess opener, String name) {
    return open(opener, name, false);
  }

  /** open(2), by a process that gets the memory that it maps into its page tables. Any thread. */
  public DeviceFile openMapped(UserProcess opener, String name) {
    return open(opener, name, true);
  }

  private DeviceFile open(UserProcess opener, String name, boolean mapped) {
    return calls.service(
        opener,
        () -> {
          UioDevice device = devices.get(name);
          if (device == null) {
            throw new IllegalArgumentException(
                "device is %s, wanted one of %s".formatted(name, devices.keySet()));
          }
          OpenFile file = new OpenFile(opener, name, device, device.open(opener), mapped);
          files.add(file);
          return file;
        });
  }

  /** Closes the files of a process: all of them, whatever a device's session throws. */
  void closeAll(UserProcess process) {
    releaseAll(file -> file.opener == process);
  }

  private void releaseAll(Predicate<OpenFile> which) {
    Failures failures = new Failures();
    List.copyOf(files).stream().filter(which).forEach(file -> failures.collect(file::release));
    failures.rethrow();
  }

  /** A file, usable in its opener alone: each call runs in that process. */
  private final class OpenFile implements DeviceFile {
    private final UserProcess opener;
    private final String name;
    private final UioDevice device;
    private final UioDevice.Session session;
    private final boolean mapped;
    private volatile boolean open = true;

    OpenFile(
        UserProcess opener,
        String name,
        UioDevice device,
        UioDevice.Session session,
        boolean mapped) {
      this.opener = opener;
      this.name = name;
      this.device = device;
      this.session = session;
      this.mapped = mapped;
    }

    @Override
    public GuestProcess opener() {
      return opener;
    }

    @Override
    public DeviceFile sentTo(GuestProcess other) {
      return other == opener ? this : new SentFile(this, (UserProcess) other);
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public long ioctl(int request, long argument) {
      return calls.service(
          opener,
          () -> {
            checkOpen();
            return session.ioctl(request, argument);
          });
    }

    @Override
    public DeviceMapping mmap(long offset) {
      return calls.service(
          opener,
          () -> {
            checkOpen();
            return new Mapping(this, words(session.mmap(offset)));
          });
    }

    private DeviceWords words(KernelPages pages) {
      if (!mapped) {
        return new DeviceWords.Lent(pages);
      }
      if (!(pages instanceof PhysicalPages physical)) {
        throw new IllegalArgumentException(
            "device %s: mmap of %s, wanted pages of this kernel".formatted(name, pages));
      }
      long bytes = physical.bytes();
      Vma vma = memory.mapDevice(opener, name, physical.gpa(), bytes);
      physical.mapped(() -> memory.unmapDevice(opener, vma));
      return new DeviceWords.Mapped(processors, vma.start, bytes);
    }

    @Override
    public void close() {
      if (opener.isAlive()) {
        calls.service(opener, this::release);
      }
    }

    void release() {
      if (files.remove(this)) {
        open = false;
        session.close();
      }
    }

    void checkOpen() {
      if (!open) {
        throw new IllegalStateException("device file " + name + " is closed");
      }
    }
  }

  /** Another process's descriptor of an open file. */
  private final class SentFile implements DeviceFile {
    private final OpenFile file;
    private final UserProcess holder;

    SentFile(OpenFile file, UserProcess holder) {
      this.file = file;
      this.holder = holder;
    }

    @Override
    public GuestProcess opener() {
      return file.opener;
    }

    @Override
    public DeviceFile sentTo(GuestProcess other) {
      return file.sentTo(other);
    }

    @Override
    public boolean isOpen() {
      return file.isOpen();
    }

    @Override
    public long ioctl(int request, long argument) {
      return calls.service(holder, () -> this.<Long>refuse("ioctl"));
    }

    @Override
    public DeviceMapping mmap(long offset) {
      return calls.service(holder, () -> this.<DeviceMapping>refuse("mmap"));
    }

    private <T> T refuse(String call) {
      throw new IllegalStateException(
          "EPERM: %s of device %s by %s, wanted %s, which opened it"
              .formatted(call, file.name, holder, file.opener));
    }

    @Override
    public void close() {
      if (holder.isAlive()) {
        calls.service(holder, () -> true);
      }
    }
  }

  private final class Mapping implements DeviceMapping {
    private final OpenFile file;
    private final DeviceWords words;

    Mapping(OpenFile file, DeviceWords words) {
      this.file = file;
      this.words = words;
    }

    @Override
    public long bytes() {
      return words.bytes();
    }

    @Override
    public long getLong(long offset) {
      long[] word = new long[1];
      getLongs(offset, word, 0, 1);
      return word[0];
    }

    @Override
    public void setLong(long offset, long value) {
      cpu.service(
          file.opener,
          () -> {
            file.checkOpen();
            words.set(offset, value);
          });
    }

    @Override
    public void getLongs(long offset, long[] target, int index, int count) {
      cpu.service(
          file.opener,
          () -> {
            file.checkOpen();
            words.get(offset, target, index, count);
          });
    }
  }
}
