package dev.ooh.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * {@code stores.asm} in an emulator, which shows when each pass begins: how long passes take there.
 * For one thread.
 */
final class BareGuest {
  /** As in {@code stores.asm}. */
  private static final int RANDOM = 1;

  private static final int SEQUENTIAL = 2;

  private static final int MINUTES_AT_MOST = 10;

  private final Path folder;

  /**
   * @param folder with nothing in it, for the image and what emulators write
   */
  private BareGuest(Path folder) {
    this.folder = folder;
  }

  /**
   * Assembles the image by {@code nasm}.
   *
   * @throws MissingProgramException if it isn't installed
   */
  static BareGuest assemble() throws IOException, InterruptedException, MissingProgramException {
    Path folder = FileTree.temporaryUntilExit("ooh-stores");
    Path source = folder.resolve("stores.asm");
    try (InputStream in = BareGuest.class.getResourceAsStream("stores.asm")) {
      Files.copy(Objects.requireNonNull(in), source, StandardCopyOption.REPLACE_EXISTING);
    }
    BareGuest guest = new BareGuest(folder);
    int status = start("nasm", List.of("-f", "bin", "-o", guest.image(), source + "")).waitFor();
    if (status != 0) {
      throw new IllegalStateException("nasm ended with " + status + ", wanted 0");
    }
    return guest;
  }

  private String image() {
    return folder.resolve("stores.img").toString();
  }

  /** In QEMU, by its translator (TCG). */
  StorePasses qemu(int passes) throws IOException, MissingProgramException {
    return measure(
        start(
            "qemu-system-x86_64",
            List.of(
                ("-accel tcg -m 256 -display none -nodefaults -no-reboot -debugcon stdio -boot a"
                        + " -drive if=floppy,format=raw,file="
                        + image())
                    .split(" "))),
        passes);
  }

  /** In Bochs as Debian builds it: with a debugger, which waits for a command. */
  StorePasses bochs(int passes) throws IOException, MissingProgramException {
    Path settings = folder.resolve("bochsrc");
    Files.writeString(
        settings,
        """
        megs: 256
        boot: floppy
        floppya: 1_44=%s, status=inserted
        display_library: rfb, options="timeout=0"
        sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
        port_e9_hack: enabled=1
        log: %s
        panic: action=fatal
        speaker: enabled=0
        """
            .formatted(image(), folder.resolve("bochs.log")));
    Path commands = folder.resolve("commands");
    Files.writeString(commands, "c\n");
    return measure(
        start("bochs", List.of("-q", "-f", settings.toString(), "-rc", commands.toString())),
        passes);
  }

  private static Process start(String program, List<String> arguments)
      throws IOException, MissingProgramException {
    if (!isInstalled(program)) {
      throw new MissingProgramException(program);
    }
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static boolean isInstalled(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** Reads until there are {@code passes} of each order after the first, and ends the emulator. */
  private static StorePasses measure(Process emulator, int passes) throws IOException {
    StorePasses measured = new StorePasses();
    Thread limit =
        Thread.startVirtualThread(
            () -> {
              try {
                if (!emulator.waitFor(MINUTES_AT_MOST, TimeUnit.MINUTES)) {
                  emulator.destroyForcibly();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try (InputStream shown = emulator.getInputStream()) {
      long began = 0;
      while (measured.isShortOf(passes)) {
        int begins = shown.read();
        long now = System.nanoTime();
        if (begins < 0) {
          throw new IllegalStateException(
              "the emulator ended after %s, wanted %d passes of each".formatted(measured, passes));
        }
        if (begins == RANDOM) {
          measured.sequential(began, now);
          began = now;
        } else if (begins == SEQUENTIAL) {
          measured.random(began, now);
          began = now;
        }
      }
    } finally {
      emulator.destroyForcibly();
      limit.interrupt();
    }
    return measured;
  }

  /** What has to be installed, and isn't. */
  static final class MissingProgramException extends Exception {
    private static final long serialVersionUID = 1L;

    MissingProgramException(String program) {
      super(
          "%s isn't installed, wanted Debian's package %s"
              .formatted(
                  program,
                  program.startsWith("qemu")
                      ? "qemu-system-x86"
                      : program.equals("bochs") ? "bochs (and bochsbios)" : program));
    }
  }
}
