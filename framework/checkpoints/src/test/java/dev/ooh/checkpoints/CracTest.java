package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.checkpoints.crac.Core;
import dev.ooh.image.file.FileLayers;
import dev.ooh.image.store.SetFolder;
import dev.ooh.linux.substrate.AnonymousMemory;
import dev.ooh.testing.jvm.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checkpoints of a program whose JVM is checkpointed as well, or by which org.crac is not there.
 */
@Timeout(300)
class CracTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 20;

  @TempDir private Path directory;

  /** Does as it is told, and says what it sees. */
  public static final class Program {
    private static Path directory = Path.of("");

    public static void main(String[] arguments) throws Exception {
      directory = Path.of(arguments[0]);
      switch (arguments[1]) {
        case "eagerly" -> goOn(open());
        case "lazily" -> goOn(openLazily());
        case "another" -> meetAnother();
        case "ahead" -> goOnFromWhatWasWrittenAhead();
        case "refused" -> Refused.afterwards();
        case "closing" -> Closing.meanwhile();
        case "without" -> takeOne();
        default -> throw new IllegalArgumentException(arguments[1]);
      }
    }

    private static Checkpoints open() throws Exception {
      return Checkpoints.open(directory);
    }

    private static Checkpoints openLazily() throws Exception {
      return Checkpoints.openLazily(
          directory, CheckpointOptions.defaults(), damage -> Runtime.getRuntime().halt(1));
    }

    private static MemorySegment segment(Checkpoints checkpoints, Arena arena) throws Exception {
      return checkpoints.segment("s", PAGES * PAGE, arena);
    }

    private static void take(Checkpoints checkpoints) throws Exception {
      System.out.println(checkpoints.take().join().pagesWritten());
    }

    private static void takeOne() throws Exception {
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = open()) {
        segment(checkpoints, arena).fill((byte) 1);
        take(checkpoints);
      }
    }

    private static long openHere() throws IOException {
      String files = "(" + directory + "/.*|.*(userfaultfd|pagemap|socket:).*)";
      try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
        return descriptors.filter(it -> target(it).matches(files)).count();
      }
    }

    private static String target(Path descriptor) {
      try {
        return Files.readSymbolicLink(descriptor).toString();
      } catch (IOException e) {
        return ""; // closed meanwhile
      }
    }

    private static Callable<?> anotherOpens() {
      return () -> {
        try (Checkpoints _ = open()) {
          return "free";
        }
      };
    }

    /** Before the first take, and after it; another thread wants one in between. */
    private static void goOn(Checkpoints opened) throws Exception {
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = opened) {
        MemorySegment segment = segment(checkpoints, arena);
        Core.meanwhile = Program::openHere;
        org.crac.Core.checkpointRestore();
        segment.fill((byte) 1);
        take(checkpoints);
        Core.meanwhile = anotherOpens();
        org.crac.Core.checkpointRestore();
        segment.set(JAVA_LONG, PAGE, 2);
        take(checkpoints);
        segment.set(JAVA_LONG, 2 * PAGE, 3);
        take(checkpoints);
        Thread waiting = Thread.ofPlatform().unstarted(() -> takeAnother(checkpoints));
        Core.meanwhile =
            () -> {
              waiting.start();
              while (waiting.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
              }
              return openHere();
            };
        org.crac.Core.checkpointRestore();
        waiting.join();
      }
    }

    /** The writers could not be stopped for the rest of a first checkpoint. */
    private static void goOnFromWhatWasWrittenAhead() throws Exception {
      Standstill[] standstill = {
        () -> {
          throw new IllegalStateException("it goes on");
        }
      };
      CheckpointOptions options =
          CheckpointOptions.defaults().withStandstill(() -> standstill[0].stop());
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints =
              Checkpoints.open(
                  directory, options, FileLayers.of(directory), new Thresholds(1, PAGES))) {
        segment(checkpoints, arena).fill((byte) 1);
        try {
          take(checkpoints);
        } catch (IllegalStateException e) {
          System.out.println(e.getMessage());
        }
        Core.meanwhile = anotherReads();
        org.crac.Core.checkpointRestore();
        standstill[0] = () -> () -> {};
        take(checkpoints);
      }
    }

    private static Callable<?> anotherReads() {
      return () -> new SetFolder(directory).sets().size() + " sets";
    }

    private static void takeAnother(Checkpoints checkpoints) {
      try {
        take(checkpoints);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    private static void meetAnother() throws Exception {
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = open()) {
        MemorySegment segment = segment(checkpoints, arena);
        segment.fill((byte) 1);
        take(checkpoints);
        Core.meanwhile =
            () -> {
              try (Arena other = Arena.ofShared();
                  Checkpoints others = open()) {
                segment(others, other).fill((byte) 2);
                take(others);
              }
              return "written";
            };
        try {
          org.crac.Core.checkpointRestore();
        } catch (Exception e) { // of org.crac, which is not there always
          System.out.println(e.getSuppressed()[0].getMessage());
        }
        try {
          take(checkpoints);
        } catch (IllegalStateException e) {
          System.out.println(e.getMessage());
        }
      }
    }
  }

  /** A program whose memory is gone when its JVM is restored, and comes back later. */
  private static final class Refused {
    private static final int BYTES = PAGES * PAGE;

    /** Where the kernel puts nothing unasked, so that it is free as long as it is to be. */
    private static final long PLACE = 1L << 37;

    static void afterwards() throws Exception {
      Arena untilRestored = Arena.ofShared();
      MemorySegment memory = memory(untilRestored);
      try (Arena back = Arena.ofShared();
          Checkpoints checkpoints = Program.open()) {
        checkpoints.add("s", memory);
        memory.fill((byte) 1);
        Program.take(checkpoints);
        Core.meanwhile =
            () -> {
              untilRestored.close();
              return "gone";
            };
        try {
          org.crac.Core.checkpointRestore();
        } catch (Exception e) { // of org.crac, which is not there always
          System.out.println(e.getSuppressed()[0].getClass().getSimpleName());
        }
        takeOrSay(checkpoints, memory);
        takeOrSay(checkpoints, memory);
        memory(back).fill((byte) 2);
        takeOrSay(checkpoints, memory);
        memory.set(JAVA_LONG, PAGE, 3);
        takeOrSay(checkpoints, memory);
      }
    }

    private static void takeOrSay(Checkpoints checkpoints, MemorySegment memory) throws Exception {
      try {
        Program.take(checkpoints);
      } catch (IOException e) {
        String address = "0x%x".formatted(memory.address());
        System.out.println(e.getMessage().replaceAll(address + ".*", "it"));
      }
    }

    /** Mapped until the arena closes, which the segment doesn't know. */
    private static MemorySegment memory(Arena arena) {
      MemorySegment mapped = AnonymousMemory.map(BYTES, PLACE, false, arena);
      return MemorySegment.ofAddress(mapped.address()).reinterpret(BYTES);
    }
  }

  /** A program with a resource that is told after its checkpoints, and closes them. */
  private static final class Closing {
    static void meanwhile() throws Exception {
      Checkpoints[] opened = new Checkpoints[1];
      org.crac.Resource closes =
          new org.crac.Resource() {
            @Override
            public void beforeCheckpoint(org.crac.Context<?> context) throws Exception {
              while (!waitsForItsTurn()) {
                Thread.onSpinWait();
              }
              opened[0].close();
            }

            @Override
            public void afterRestore(org.crac.Context<?> context) {}
          };
      org.crac.Core.getGlobalContext().register(closes);
      CheckpointListener listener =
          new CheckpointListener() {
            @Override
            public void failed(Exception reason) {
              System.out.println(reason.getMessage());
            }
          };
      CheckpointOptions options =
          CheckpointOptions.defaults().withStandstill(() -> () -> {}).withListener(listener);
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = Checkpoints.open(Program.directory, options)) {
        opened[0] = checkpoints;
        Program.segment(checkpoints, arena).fill((byte) 1);
        checkpoints.takeEvery(Duration.ofMillis(1));
        Core.meanwhile = () -> "closed";
        org.crac.Core.checkpointRestore();
      }
    }

    private static boolean waitsForItsTurn() {
      return Thread.getAllStackTraces().values().stream()
          .flatMap(Stream::of)
          .anyMatch(
              at ->
                  at.getClassName().equals(Turns.class.getName())
                      && at.getMethodName().equals("await"));
    }
  }

  private List<String> said(String how, String classPath) throws Exception {
    Process process =
        ChildJvm.of(Program.class, directory.toString(), how)
            .with(
                "-Dorg.crac.Core.Compat=" + Core.class.getPackageName(),
                "--enable-native-access=ALL-UNNAMED")
            .withClassPath(classPath)
            .builder()
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor()).as("%s", lines).isZero();
    return lines;
  }

  @ParameterizedTest
  @ValueSource(strings = {"eagerly", "lazily"})
  void nothingStaysOpenAndTheChainGoesOn(String how) throws Exception {
    assertThat(said("without", ChildJvm.CLASS_PATH)).containsExactly("20");
    assertThat(said(how, ChildJvm.CLASS_PATH))
        .containsExactly("0", "20", "free", "20", "1", "0", "20");
    assertThat(new SetFolder(directory).sets()).hasSize(5);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      MemorySegment segment = checkpoints.segment("s", PAGES * PAGE, arena);
      assertThat(segment.get(JAVA_LONG, PAGE)).isEqualTo(2);
      assertThat(segment.get(JAVA_LONG, 2 * PAGE)).isEqualTo(3);
    }
  }

  @Test
  void whereAnotherWroteMeanwhileItEnds() throws Exception {
    assertThat(said("another", ChildJvm.CLASS_PATH))
        .containsExactly(
            "20",
            "20",
            "written",
            directory
                + ": found "
                + directory.resolve("set-000002")
                + " as the newest set, wanted the one of before this JVM was checkpointed",
            "the checkpoints are closed, wanted open ones");
  }

  /** No other program has read, or written, what nobody can restore yet. */
  @Test
  void whatWasWrittenAheadIsBuiltOn() throws Exception {
    assertThat(said("ahead", ChildJvm.CLASS_PATH))
        .containsExactly("it goes on", "1 sets", Integer.toString(PAGES));
    assertThat(new SetFolder(directory).sets()).hasSize(2);
  }

  /** What nothing tells the changes of is in no checkpoint: none is taken until it is. */
  @Test
  void whatTheRestoredJvmWasRefusedIsTrackedAgainOrSaid() throws Exception {
    String refused =
        "no checkpoint is taken, as nothing tells what changes: adopt region segment at it";
    assertThat(said("refused", ChildJvm.CLASS_PATH))
        .containsExactly("20", "gone", "FacilityException", refused, refused, "20", "1");
  }

  @Test
  void whoIsToldLaterMayClose() throws Exception {
    assertThat(said("closing", ChildJvm.CLASS_PATH)).containsExactly("closed");
  }

  @Test
  void takesThemWithoutOrgCrac() throws Exception {
    String without =
        Stream.of(ChildJvm.CLASS_PATH.split(File.pathSeparator))
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("crac-"))
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(without).isNotEqualTo(ChildJvm.CLASS_PATH);
    assertThat(said("without", without)).containsExactly("20");
  }
}
