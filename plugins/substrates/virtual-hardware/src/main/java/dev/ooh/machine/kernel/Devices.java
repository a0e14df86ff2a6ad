package dev.ooh.machine.kernel;

import dev.ooh.machine.extension.DeviceFile;
import dev.ooh.machine.extension.DeviceMapping;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.extension.UioDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The kernel's UIO devices, and the files that processes have open on them. */
public final class Devices {
  private final SystemCalls calls;
  private final CpuEntry cpu;
  private final TreeMap<String, UioDevice> devices = new TreeMap<>();
  private final List<OpenFile> files = new ArrayList<>();

  Devices(SystemCalls calls, CpuEntry cpu) {
    this.calls = calls;
    this.cpu = cpu;
  }

  Registration register(String name, UioDevice device) {
    if (devices.putIfAbsent(name, device) != null) {
      throw new IllegalStateException("device " + name + " exists, wanted a free name");
    }
    return () -> {
      if (devices.remove(name, device)) {
        List.copyOf(files).stream()
            .filter(file -> file.device == device)
            .forEach(OpenFile::release);
      }
    };
  }

  /** open(2). Any thread. */
  public DeviceFile open(UserProcess opener, String name) {
    return calls.service(
        opener,
        () -> {
          UioDevice device = devices.get(name);
          if (device == null) {
            throw new IllegalArgumentException(
                "device is %s, wanted one of %s".formatted(name, devices.keySet()));
          }
          OpenFile file = new OpenFile(opener, name, device, device.open(opener));
          files.add(file);
          return file;
        });
  }

  void closeAll(UserProcess process) {
    List.copyOf(files).stream().filter(file -> file.opener == process).forEach(OpenFile::release);
  }

  /** A file, usable in its opener alone: each call runs in that process. */
  private final class OpenFile implements DeviceFile {
    private final UserProcess opener;
    private final String name;
    private final UioDevice device;
    private final UioDevice.Session session;

    OpenFile(UserProcess opener, String name, UioDevice device, UioDevice.Session session) {
      this.opener = opener;
      this.name = name;
      this.device = device;
      this.session = session;
    }

    @Override
    public GuestProcess opener() {
      return opener;
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
            return new Mapping(this, session.mmap(offset));
          });
    }

    @Override
    public void close() {
      if (opener.isAlive()) {
        calls.service(opener, this::release);
      }
    }

    void release() {
      if (files.remove(this)) {
        session.close();
      }
    }

    void checkOpen() {
      if (!files.contains(this)) {
        throw new IllegalStateException("device file " + name + " is closed");
      }
    }
  }

  private final class Mapping implements DeviceMapping {
    private final OpenFile file;
    private final KernelPages pages;

    Mapping(OpenFile file, KernelPages pages) {
      this.file = file;
      this.pages = pages;
    }

    @Override
    public long bytes() {
      return pages.bytes();
    }

    @Override
    public long getLong(long offset) {
      return cpu.service(
          file.opener,
          () -> {
            file.checkOpen();
            return pages.getLong(offset);
          });
    }

    @Override
    public void setLong(long offset, long value) {
      cpu.service(
          file.opener,
          () -> {
            file.checkOpen();
            pages.setLong(offset, value);
          });
    }

    @Override
    public void getLongs(long offset, long[] target, int index, int count) {
      cpu.service(
          file.opener,
          () -> {
            file.checkOpen();
            for (int i = 0; i < count; i++) {
              target[index + i] = pages.getLong(offset + 8L * i);
            }
          });
    }
  }
}
